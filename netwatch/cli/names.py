"""`netwatch names`: every name seen; the debugging view, and what parity is measured on."""

import click

from netwatch.cli.arguments import Asked, capture_arguments, planned, tagged_warning, time_span


@click.command(short_help="Print every name seen in captures, one JSON object a line.")
@capture_arguments
@click.option("--matched", is_flag=True, help="Only names that match a signature.")
def names(asked: Asked, matched: bool) -> int:
    """Print every name seen in captures, one JSON object a line.

    PATH is a capture (pcap or pcapng, also packed with gzip, zstd, xz or bzip2), a folder of
    captures, - for standard input, or the address of a sender of packets (tcp://HOST:PORT, or
    tcp-listen://ADDRESS:PORT to wait for one). Logs of resolvers, proxies and sensors that name
    who asked are read like captures. Names are printable ASCII, escaped as in DNS master
    files.
    """
    from netwatch.cli.output import opened_output
    from netwatch.cli.progress import progress_bar
    from netwatch.cli.version import loaded_pack
    from netwatch.cli.warnings import warn
    from netwatch.scan import print_followed, print_names
    from netwatch.stop import stop_on_interrupt
    from netwatch.workers import Setup

    since_ns, until_ns = time_span(asked.since, asked.until)
    setup = Setup(
        pack=loaded_pack(asked.packs),
        names=not matched,
        since_ns=since_ns,
        until_ns=until_ns,
        filter=asked.filter,
        log_zone_s=asked.log_zone,
    )
    series = planned(asked)
    with (
        opened_output(asked.output) as out,
        stop_on_interrupt() as stop,
        progress_bar([path for one in series for path in one.paths]) as advance,
    ):
        if asked.follow:
            read = print_followed(series, setup, out.write, stop, advance, asked.idle)
        else:
            read = print_names(
                series, setup, out.write, jobs=asked.jobs, stop=stop, advance=advance
            )
    files = [file for capture in read for file in capture.parts()]
    damaged = [f"{file.path}: {file.error}" for file in files if file.error is not None]
    warn(damaged + tagged_warning(read, asked.filter))
    if stop.requested and not asked.follow:
        return 130
    return 3 if damaged else 0
