"""The behaviour cases in pcaps/: their descriptions, their captures, and what the commands say.

`python tests/cases.py --build CASE...` makes captures anew by their build.py; `--accept CASE...`
writes what the commands say now as the golden files. Nothing else ever writes them: read the diff,
and ask whether it is what a careful analyst would say.
"""

import argparse
import contextlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec
import yaml
from click.testing import CliRunner

from netwatch.cli.main import netwatch
from netwatch.model import VERDICTS

PCAPS = Path(__file__).resolve().parent.parent / "pcaps"
CAPTURES = ("capture.pcap", "capture.pcapng")
NAMES_GOLDEN = "expected.jsonl"
SCAN_GOLDEN = "expected_scan.json"
MANAGED_LIST = "managed.csv"
MANAGED_GOLDEN = "expected_managed.json"
"""What a scan says with the case's list of managed assets, where it has one."""
SCAN_PARTS = ("devices", "unattributed", "coverage")
"""The head of the report (versions, digests) is left out: it changes with every release."""
FINDS = ("running", "likely", "possible", "contacted", "nothing")


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """case.yaml."""

    why: str
    origin: str
    licence: str
    tags: tuple[str, ...]
    finds: str
    """The most serious of FINDS that the scan says, about a device or behind a carrier."""


def folders() -> list[Path]:
    """Every case, by name."""
    return sorted(path.parent for path in PCAPS.glob("*/case.yaml"))


def description(folder: Path) -> Description:
    """Read case.yaml; msgspec.ValidationError for a key too many or too few."""
    return msgspec.convert(yaml.safe_load((folder / "case.yaml").read_text()), Description)


def capture_of(folder: Path) -> Path:
    """The one capture of a case."""
    (found,) = [folder / name for name in CAPTURES if (folder / name).exists()]
    return found


def built(folder: Path) -> bytes:
    """What build.py makes of the capture now."""
    spec = importlib.util.spec_from_file_location(f"build_{folder.name}", folder / "build.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    octets: bytes = module.build()
    return octets


def command(folder: Path, *arguments: str) -> str:
    """Standard output of a netwatch command, run inside the folder so that paths are short."""
    with contextlib.chdir(folder):
        result = CliRunner().invoke(
            netwatch, list(arguments), standalone_mode=False, catch_exceptions=False
        )
    if result.return_value != 0:
        raise RuntimeError(f"{folder.name}: exit code {result.return_value}: {result.stderr}")
    return result.stdout


def names_output(folder: Path) -> str:
    """What `netwatch names` prints of a case."""
    return command(folder, "names", capture_of(folder).name)


def scan_output(folder: Path) -> str:
    """The lasting parts of what `netwatch scan --format json` prints of a case."""
    report = json.loads(command(folder, "scan", "--format", "json", capture_of(folder).name))
    return json.dumps({part: report[part] for part in SCAN_PARTS}, indent=2) + "\n"


def has_list(folder: Path) -> bool:
    """Whether a case has a list of managed assets beside its capture."""
    return (folder / MANAGED_LIST).exists()


def managed_output(folder: Path) -> str:
    """Which of its devices are managed, in their order, and what else the list tells."""
    arguments = ("scan", "--managed", MANAGED_LIST, "--format", "json", capture_of(folder).name)
    report = json.loads(command(folder, *arguments))
    told = ("verdict", "ips", "macs", "hostnames", "managed")
    devices = [{key: device[key] for key in told} for device in report["devices"]]
    return json.dumps({"devices": devices, "assets": report["assets"]}, indent=2) + "\n"


def most_serious(scan: str) -> str:
    """The most serious thing that the golden output of a scan says."""
    report: dict[str, Any] = json.loads(scan)
    told = [*report["devices"], *report["unattributed"]]
    found = [finding["verdict"] for finding in told if finding["evidence"]]
    return min(found, key=VERDICTS.index) if found else "nothing"


def main() -> None:
    """Build captures, or accept what the commands say of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", action="store_true", help="write the captures anew")
    parser.add_argument("--accept", action="store_true", help="write the golden files anew")
    parser.add_argument("cases", nargs="+", metavar="CASE", help="a folder of pcaps/")
    arguments = parser.parse_args()
    for case in arguments.cases:
        folder = PCAPS / Path(case).name
        if arguments.build:
            octets = built(folder)
            pcapng = octets[:4] == b"\x0a\x0d\x0d\x0a"
            for name in CAPTURES:
                (folder / name).unlink(missing_ok=True)
            (folder / CAPTURES[pcapng]).write_bytes(octets)
        if arguments.accept:
            (folder / NAMES_GOLDEN).write_text(names_output(folder))
            (folder / SCAN_GOLDEN).write_text(scan_output(folder))
            if has_list(folder):
                (folder / MANAGED_GOLDEN).write_text(managed_output(folder))
        found = most_serious(scan_output(folder))
        told = description(folder).finds
        click.echo(f"{folder.name}: {found}" + ("" if found == told else f", not {told}"))
    sys.exit(0)


if __name__ == "__main__":
    main()
