"""The console script: finds the command, and turns every expected failure into one line.

`netwatch --help` must be quick, so a command's module is imported only when that command runs; the
table below holds what the help page says of it.
"""

import atexit
import importlib
import os
import signal
import sys
from typing import Final

import click

from netwatch.errors import ClosedOutputError, NetwatchError

COMMANDS: Final = {
    "scan": (
        "netwatch.cli.scan:scan",
        "Say which devices in captures run a Kaspersky product, and how we know.",
    ),
    "names": (
        "netwatch.cli.names:names",
        "Print every name seen in captures, one JSON object a line.",
    ),
    "signatures": (
        "netwatch.cli.signatures:signatures",
        "List, check and explain the signature packs.",
    ),
    "selftest": (
        "netwatch.cli.selftest:selftest",
        "Send frames for every signature and signal through the pipeline; say what is missed.",
    ),
}
"""Name -> (module:attribute, its line in the help page)."""

EXIT_CODES: Final = """\b
Exit codes:
  0  fine
  1  found (only with --fail-on), or missed by the selftest
  2  usage, configuration or signatures
  3  input partly unreadable
  4  capture, output or permission
  130  interrupted; what was found until then is printed
"""


class _Commands(click.Group):
    """A group that knows its commands by the table and imports one only to run it."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, attribute = entry[0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - the table is wrong, not the user
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[1]) for name, entry in COMMANDS.items()])


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from netwatch.cli.version import version_text

        click.echo(version_text())
        context.exit()


@click.group(
    cls=_Commands,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of netwatch and its packs, and which engine runs.",
)
def netwatch() -> None:
    """Find every device on a network that still runs a Kaspersky product."""


def main() -> None:
    """Run the command line and exit with the code that the failure, if any, leads to."""
    # What is registered first runs last: after the workers and their locks were put away.
    atexit.register(_die_of_broken_pipe)
    code = 1
    try:
        code = _run()
    finally:  # also behind an exception that nobody foresaw: that is no broken pipe
        if code != ClosedOutputError.exit_code:
            atexit.unregister(_die_of_broken_pipe)
    if code == ClosedOutputError.exit_code:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that flushing at exit fails no more
    sys.exit(code)


def _run() -> int:
    try:
        code = netwatch.main(prog_name="netwatch", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        _complain(f"{where or 'netwatch'}: {error.format_message()}")
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except ClosedOutputError as error:
        return error.exit_code
    except NetwatchError as error:
        _complain(f"netwatch: {error}")
        return error.exit_code
    return code if isinstance(code, int) else 0


def _complain(message: str) -> None:
    """One line on standard error without control characters, whatever a file was called."""
    from netwatch.outputs.text import line_text

    click.echo(line_text(message), err=True)


def _die_of_broken_pipe() -> None:
    """End by SIGPIPE without a word, as `cat` does; elsewhere the exit code must do."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
