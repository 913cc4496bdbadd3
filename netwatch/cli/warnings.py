"""Warnings on standard error: one line each, and not a thousand of them."""

from collections.abc import Iterable
from typing import Final

import click

from netwatch.outputs.text import line_text

WARNINGS_MAX: Final = 20


def warn(messages: Iterable[str]) -> None:
    """Print each message on one line; beyond the twentieth only how many there were."""
    told = 0
    for told, message in enumerate(messages, start=1):
        if told <= WARNINGS_MAX:
            click.echo(f"netwatch: warning: {line_text(message)}", err=True)
    if told > WARNINGS_MAX:
        click.echo(f"netwatch: warning: and {told - WARNINGS_MAX} more", err=True)
