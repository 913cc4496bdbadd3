"""`scan --leases` and `--zone`, as they are typed: whose an address was behind a router."""

import json
from pathlib import Path
from typing import Any

import pytest

BEHIND = Path(__file__).resolve().parents[2] / "pcaps" / "behind-a-router"
PC = "10.76.0.23"
"""Two kinds of name, eleven hours apart."""

LEASE = """lease %s {
  starts 3 2026/11/18 %s;
  ends 3 2026/11/18 %s;
  hardware ethernet %s;
  client-hostname "%s";
}
"""


def found(shell: Any, *options: str) -> list[dict[str, Any]]:
    out = shell.here("scan", str(BEHIND), "--format", "json", *options).out
    devices: list[dict[str, Any]] = json.loads(out)["devices"]
    return [one for one in devices if one["verdict"] in ("running", "likely", "possible")]


@pytest.fixture
def leases(tmp_path: Path) -> Any:
    def written(*lines: tuple[str, str, str, str]) -> str:
        path = tmp_path / "dhcpd.leases"
        path.write_text("".join(LEASE % (PC, *line) for line in lines))
        return str(path)

    return written


def test_without_leases_the_pieces_do_not_add_up(shell: Any) -> None:
    (device,) = found(shell)
    assert (device["verdict"], device["macs"]) == ("likely", [])


def test_one_interface_all_day(shell: Any, leases: Any) -> None:
    path = leases(("05:00:00", "23:00:00", "00:1b:21:00:00:05", "laptop-5"))
    (device,) = found(shell, "--leases", path)
    assert (device["verdict"], device["ips"], device["macs"]) == (
        "running", [PC], ["00:1b:21:00:00:05"],
    )  # fmt: skip
    assert device["hostnames"] == ["laptop-5"]
    assert device["vendor"] == "Intel Corporate"
    assert {one["seat"] for one in device["evidence"]} == {"router-mac"}


def test_two_interfaces_one_after_the_other(shell: Any, leases: Any) -> None:
    path = leases(
        ("05:00:00", "12:00:00", "00:1b:21:00:00:05", "laptop-5"),
        ("12:00:00", "23:00:00", "00:1b:21:00:00:06", "laptop-6"),
    )
    seen = found(shell, "--leases", path)
    assert sorted(one["macs"][0][-1] for one in seen) == ["5", "6"]
    assert {one["verdict"] for one in seen} == {"likely"}


def test_a_lease_that_ended_tells_nothing(shell: Any, leases: Any) -> None:
    path = leases(("01:00:00", "02:00:00", "00:1b:21:00:00:05", "laptop-5"))
    assert found(shell, "--leases", path) == found(shell)


def test_a_switch_port(shell: Any, leases: Any, tmp_path: Path) -> None:
    path = leases(("05:00:00", "23:00:00", "00:1b:21:00:00:05", "laptop-5"))
    table = tmp_path / "cam.txt"
    table.write_text("  10    001b.2100.0005    DYNAMIC     Gi1/0/5\n")
    (device,) = found(shell, "--leases", path, "--leases", str(table))
    assert device["switch_ports"] == ["Gi1/0/5"]
    out = shell.here("scan", str(BEHIND), "--leases", path, "--leases", str(table)).out
    assert b"at Gi1/0/5" in out


def test_a_zone(shell: Any) -> None:
    (device,) = found(shell, "--zone", "branch=10.76.0.0/16", "--zone", "all=10.0.0.0/8")
    assert device["zone"] == "branch"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--zone", "10.0.0.0/8"), b"expected NAME=PREFIX"),
        (("--zone", "guest=ten"), b"an IP prefix expected"),
        (("--leases", "nowhere"), b"cannot be read"),
        (("--leases", str(BEHIND / "case.yaml")), b"no leases found"),
    ],
)
def test_mistakes(shell: Any, options: tuple[str, ...], why: bytes) -> None:
    code, out, err = shell.here("scan", str(BEHIND), *options)
    assert (code, out) == (2, b"")
    assert why in err


def test_a_bad_line_is_told_and_the_rest_read(shell: Any, tmp_path: Path) -> None:
    table = tmp_path / "arp.txt"
    table.write_text("10.0.0.5 00:16:3e:00:00:05 00:16:3e:00:00:06\n10.0.0.6 00:16:3e:00:00:06\n")
    code, _, err = shell.here("scan", str(BEHIND), "--leases", str(table))
    assert code == 0
    assert err == f"netwatch: warning: {table}:1: several addresses or MACs in one line\n".encode()
