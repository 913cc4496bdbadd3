"""`netwatch selftest`: would everything be found that the packs know of?"""

from typing import TYPE_CHECKING

import click

from netwatch.cli.arguments import SIGNATURES_HELP

if TYPE_CHECKING:
    from netwatch.selftest.checkup import Checkup


@click.command(short_help="Send frames for every signature and signal through the pipeline.")
@click.option("--signatures", "packs", multiple=True, metavar="PATH", help=SIGNATURES_HELP)
def selftest(packs: tuple[str, ...]) -> int:
    """Build frames for every signature and every signal, run them through the real pipeline, and
    say what would be missed. Exits with 1 if anything is.

    It shows that this installation reads what it should; it shows nothing about a network.
    """
    from netwatch.cli.version import loaded_pack
    from netwatch.selftest.checkup import check_up

    pack = loaded_pack(packs)
    result = check_up(pack)
    click.echo("\n".join(lines(result, len(pack.signatures))))
    return 1 if result.missed else 0


def lines(result: "Checkup", signatures: int) -> list[str]:
    """The result in 80 columns: what was missed, a table, and the sum."""
    from netwatch.outputs.text import ascii_text
    from netwatch.outputs.words import counted
    from netwatch.selftest.checkup import ROWS

    told = [ascii_text(f"missed: {row}: {what}") for row, what in result.missed]
    told += [ascii_text(f"left out: {what}") for what in result.left_out]
    missed = [row for row, _ in result.missed]
    told.append(f"{'signal':<26}{'signatures':>12}{'checks':>10}{'missed':>10}")
    for row in ROWS:
        if result.checks[row]:
            numbers = (len(result.covered[row]), result.checks[row], missed.count(row))
            told.append(f"{row:<26}{numbers[0]:>12,}{numbers[1]:>10,}{numbers[2]:>10,}")
        else:
            told.append(f"{row:<26}{'nothing in these packs has it':>32}")
    checks = sum(result.checks.values())
    told.append(
        f"{counted(signatures, 'signature')}, {counted(checks, 'check')},"
        f" {counted(result.frames, 'frame')}:"
        f" {counted(len(missed), 'thing') if missed else 'nothing'} would be missed"
    )
    return told
