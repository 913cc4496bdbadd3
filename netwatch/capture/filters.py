"""Filters of libpcap's language: libpcap compiles the expression, for each kind of link.

libpcap is loaded when a filter is asked for, through ctypes, by the names that it has on Linux,
macOS, the BSDs and Windows (Npcap). What it compiles to is a small program; bpf.py runs it.
"""

import ctypes
import ctypes.util
import os
import sys
from functools import cache
from typing import Any, Final

from netwatch.capture.bpf import LOADS, Programs, Step
from netwatch.errors import UsageError
from netwatch.limits import FRAME_BYTES_MAX

LIBRARIES: Final = ("libpcap.so.1", "libpcap.so.0.8", "libpcap.so", "libpcap.dylib")
NETMASK_UNKNOWN: Final = 0xFFFFFFFF
ETHERNET: Final = 1
TRIED: Final = (ETHERNET, 113, 101, 0, 105, 276)
"""Kinds of link for which an expression may make sense, the likeliest first."""
DLT: Final = {100: 11, 101: 14 if sys.platform.startswith("openbsd") else 12, 106: 19}
"""LINKTYPE_ number of a file -> libpcap's own, where they differ."""
KERNEL_OFFSET: Final = 0xFF000000
"""A load from here on asks Linux for what it knows of a live frame: its direction, for one."""


class FilterError(Exception):
    """What libpcap says of an expression."""


class Instruction(ctypes.Structure):
    """`struct bpf_insn`."""

    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class Program(ctypes.Structure):
    """`struct bpf_program`."""

    _fields_ = (("length", ctypes.c_uint), ("instructions", ctypes.POINTER(Instruction)))


def compiled_filter(expression: str) -> Programs:
    """The programs of `expression`, made for each kind of link when its first frame comes.

    UsageError without libpcap, or with its message if it is valid for no kind of link.
    """
    failures: list[str] = []
    for link_type in TRIED:
        try:
            compile_filter(expression, link_type)
            return Programs(lambda number: _told(expression, number))
        except FilterError as failure:
            failures.append(str(failure))
    raise UsageError(f"--filter {expression!r}: {failures[0]}")


def _told(expression: str, link_type: int) -> list[Step] | str:
    try:
        return compile_filter(expression, link_type)
    except FilterError as failure:
        return f"the filter {expression!r} is not for link type {link_type}: {failure}"


def compile_filter(expression: str, link_type: int) -> list[Step]:
    """(code, jump if true, jump if false, k) of each instruction for a LINKTYPE_ number.

    FilterError with libpcap's message, or where the program asks for what no file holds: libpcap
    takes this for a capture on the wire, and every frame would be dropped. UsageError without it.
    """
    pcap = libpcap()
    handle = pcap.pcap_open_dead(DLT.get(link_type, link_type), FRAME_BYTES_MAX)
    if not handle:
        raise FilterError("out of memory")
    program = Program()
    try:
        octets = expression.encode("utf-8", "surrogateescape")
        if pcap.pcap_compile(handle, ctypes.byref(program), octets, 1, NETMASK_UNKNOWN) != 0:
            message: bytes = pcap.pcap_geterr(handle)
            raise FilterError(message.decode("utf-8", "replace"))
        found = [
            (one.code, one.jt, one.jf, one.k) for one in program.instructions[: program.length]
        ]
        pcap.pcap_freecode(ctypes.byref(program))
    finally:
        pcap.pcap_close(handle)
    if any(code in LOADS and k >= KERNEL_OFFSET for code, _, _, k in found):
        raise FilterError("that is known only while capturing, and does not stand in a file")
    return found


@cache
def libpcap() -> Any:
    """The library, as far as it is needed here; UsageError if there is none.

    Any: ctypes makes its functions when they are asked for.
    """
    for name in _names():
        try:
            pcap = ctypes.CDLL(name)
        except OSError:
            continue
        if hasattr(pcap, "pcap_open_dead") and hasattr(pcap, "pcap_compile"):
            return _declared(pcap)
    where = "Npcap from npcap.com" if os.name == "nt" else "libpcap (Debian: libpcap0.8)"
    raise UsageError(f"--filter needs libpcap, which was not found here: install {where}")


def _names() -> list[str]:
    """Where the library may be, the likeliest first."""
    if os.name == "nt":
        system = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
        return [os.path.join(system, "Npcap", "wpcap.dll"), os.path.join(system, "wpcap.dll")]
    found = ctypes.util.find_library("pcap")
    return [*LIBRARIES, *([found] if found else [])]


def _declared(pcap: Any) -> Any:
    pcap.pcap_open_dead.argtypes = (ctypes.c_int, ctypes.c_int)
    pcap.pcap_open_dead.restype = ctypes.c_void_p
    pcap.pcap_compile.argtypes = (
        ctypes.c_void_p,
        ctypes.POINTER(Program),
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_uint,
    )
    pcap.pcap_geterr.argtypes = (ctypes.c_void_p,)
    pcap.pcap_geterr.restype = ctypes.c_char_p
    pcap.pcap_freecode.argtypes = (ctypes.POINTER(Program),)
    pcap.pcap_freecode.restype = None
    pcap.pcap_close.argtypes = (ctypes.c_void_p,)
    pcap.pcap_close.restype = None
    return pcap
