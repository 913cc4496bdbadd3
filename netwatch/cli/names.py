"""`netwatch names`: every name seen; the debugging view, and what parity is measured on."""

import click

from netwatch.cli.arguments import capture_arguments, time_span


@click.command(short_help="Print every name seen in captures, one JSON object a line.")
@capture_arguments
@click.option("--matched", is_flag=True, help="Only names that match a signature.")
def names(
    paths: tuple[str, ...],
    output: str | None,
    since: int | None,
    until: int | None,
    packs: tuple[str, ...],
    jobs: int | None,
    matched: bool,
) -> int:
    """Print every name seen in captures, one JSON object a line.

    PATH is a capture (pcap or pcapng, also packed with gzip, zstd, xz or bzip2), a folder of
    captures, or - for standard input. Names are printable ASCII, escaped as in DNS master files.
    """
    from netwatch.capture.files import find_captures
    from netwatch.cli.output import opened_output
    from netwatch.cli.progress import progress_bar
    from netwatch.cli.version import loaded_pack
    from netwatch.cli.warnings import warn
    from netwatch.scan import print_names
    from netwatch.stop import stop_on_interrupt
    from netwatch.workers import Setup

    since_ns, until_ns = time_span(since, until)
    setup = Setup(
        pack=loaded_pack(packs),
        names=not matched,
        since_ns=since_ns,
        until_ns=until_ns,
    )
    captures = [found.path for found in find_captures(list(paths))]
    with (
        opened_output(output) as out,
        stop_on_interrupt() as stop,
        progress_bar(captures) as advance,
    ):
        read = print_names(captures, setup, out.write, jobs=jobs, stop=stop, advance=advance)
    damaged = [f"{capture.path}: {capture.error}" for capture in read if capture.error is not None]
    warn(damaged)
    if stop.requested:
        return 130
    return 3 if damaged else 0
