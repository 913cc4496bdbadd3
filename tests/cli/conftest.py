"""Captures that the commands are tried on, made octet by octet."""

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from netwatch.cli.main import main

START_S = 1_755_775_527
CLIENT, RESOLVER = bytes((10, 20, 1, 31)), bytes((10, 20, 0, 10))
MACS = {CLIENT: bytes.fromhex("00115e7fabcd"), RESOLVER: bytes.fromhex("00115e000010")}
ROUTER_MAC = bytes.fromhex("00115e0000fe")


def ip_frame(source: bytes, target: bytes, protocol: int, payload: bytes) -> bytes:
    ethernet = MACS.get(target, ROUTER_MAC) + MACS.get(source, ROUTER_MAC) + b"\x08\x00"
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0)
    return ethernet + header + source + target + payload


def tcp(source: bytes, target: bytes, ports: tuple[int, int], flags: int, seq: int, ack: int,
        payload: bytes = b"") -> bytes:  # fmt: skip
    header = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 65_535, 0, 0)
    return ip_frame(source, target, 6, header + payload)


def dns(name: bytes, answer: bytes = b"") -> bytes:
    """The question by CLIENT, or the answer by RESOLVER if there is an address."""
    question = name + b"\0" + struct.pack(">HH", 1, 1)
    head = struct.pack(">HHHHHH", 7, 0x8180 if answer else 0x0100, 1, 1 if answer else 0, 0, 0)
    record = struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + answer if answer else b""
    message = head + question + record
    ports = (53, 40_000) if answer else (40_000, 53)
    datagram = struct.pack(">HHHH", *ports, 8 + len(message), 0) + message
    source, target = (RESOLVER, CLIENT) if answer else (CLIENT, RESOLVER)
    return ip_frame(source, target, 17, datagram)


def hello(name: str) -> bytes:
    host = name.encode()
    sni = struct.pack(">HHBH", len(host) + 5, len(host) + 3, 0, len(host)) + host
    extensions = struct.pack(">H", 0) + sni
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\x00\x02\x13\x01" + b"\x01\0"
    body += struct.pack(">H", len(extensions)) + extensions
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack(">H", len(handshake)) + handshake


def wire(name: str) -> bytes:
    return b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))


def visit(name: str, server: bytes, port: int) -> list[bytes]:
    """CLIENT asks for the name, is answered, connects, says it and is answered again."""
    there, back = (port, 443), (443, port)
    said = hello(name)
    return [
        dns(wire(name)),
        dns(wire(name), server),
        tcp(CLIENT, server, there, 0x02, 100, 0),
        tcp(server, CLIENT, back, 0x12, 900, 101),
        tcp(CLIENT, server, there, 0x10, 101, 901),
        tcp(CLIENT, server, there, 0x18, 101, 901, said),
        tcp(server, CLIENT, back, 0x18, 901, 101 + len(said), b"\x16\x03\x03\x00\x02\x02\x00"),
    ]


def pcap(frames: list[bytes], start_s: int = START_S) -> bytes:
    """One frame a second."""
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
    return head + b"".join(
        struct.pack("<IIII", start_s + number, 5, len(frame), len(frame)) + frame
        for number, frame in enumerate(frames)
    )


@pytest.fixture(scope="session")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder: `found.pcap` (one device runs it), `quiet.pcap`, `asked.pcap.gz`, and a README."""
    folder = tmp_path_factory.mktemp("captures")
    found = visit("ds.kaspersky.com", bytes((93, 159, 228, 10)), 50_001)
    found += visit("s07.upd.kaspersky.com", bytes((82, 202, 185, 4)), 50_002)
    (folder / "found.pcap").write_bytes(pcap(found))
    quiet = visit("www.example.org", bytes((192, 0, 2, 1)), 50_003)
    (folder / "quiet.pcap").write_bytes(pcap(quiet, START_S + 100))
    asked = pcap([dns(wire("dc1.ksn.kaspersky-labs.com"))], START_S + 200)
    (folder / "asked.pcap.gz").write_bytes(gzip.compress(asked, mtime=0))
    (folder / "README").write_text("no capture")
    return folder


@pytest.fixture
def cut(captures: Path, tmp_path: Path) -> Path:
    """`found.pcap` with the last frame cut in the middle."""
    path = tmp_path / "cut.pcap"
    path.write_bytes((captures / "found.pcap").read_bytes()[:-20])
    return path


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return self.out.decode()


class Shell:
    """The command line: `here` in this process, `started` in one of its own."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._captured = capsysbinary

    def here(self, *arguments: str) -> Result:
        self._monkeypatch.setattr(sys, "argv", ["netwatch", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = self._captured.readouterr()
        assert isinstance(caught.value.code, int)
        return Result(caught.value.code, out, err)

    def started(self, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(entry for entry in sys.path if entry)
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
        given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, "-c", "from netwatch.cli.main import main; main()", *arguments],
            bufsize=0,  # what `readline` leaves in a buffer, `communicate` would lose
            **{"env": environment, **given, **options},
        )


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Shell:
    return Shell(monkeypatch, capsysbinary)
