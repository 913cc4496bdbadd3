"""One cell of a list -> MACs, names, addresses, serials, times. Several may stand in one cell.

What cannot be what it should is told with what was expected. What is well formed and identifies
nobody (zeros, `N/A`, addresses that every host has) is a placeholder: left out and counted.
"""

import re
from datetime import UTC, datetime
from ipaddress import ip_address, ip_interface
from typing import Final

from netwatch.asset import Network, plain_name

KEYS_OF_CELL_MAX: Final = 64
NO_VALUES: Final = frozenset(
    (
        "",
        *"n/a na n.a. none null nil unknown undefined - -- --- ? 0 tbd empty".split(),
        *("not available", "not applicable", "not specified", "not set", "no data", "(null)"),
        *("to be filled by o.e.m.", "default string", "system serial number", "o.e.m.", "oem"),
        *("chassis serial number", "123456789", "0123456789", "invalid", "false", "no asset tag"),
    )
)
"""What stands in a cell that has no value, in lower case."""
NOBODYS_MACS: Final = frozenset(
    bytes.fromhex(mac)
    for mac in (
        "020000000000 00059a3c7a00 005056c00001 005056c00008 0a0027000000 001c42000008"
        " 001c42000009 00090ffe0001 00090faa0001 025041000001 204153594eff 00155d000000"
    ).split()
)
"""The same in many machines: virtual adapters of VPN clients and virtual machines, and what phones
say instead of theirs."""
SERIAL_CHARACTERS_MIN: Final = 4
PREFIX_BITS_MIN: Final = {4: 8, 6: 16}
"""A wider prefix is no list of machines."""
_MAC: Final = re.compile(
    r"[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}"
    r"|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12}",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"[\s,;|\[\]{}()\"']+")
_NAMES_BETWEEN: Final = re.compile(r"[,;|\n\r\t\"\[\]{}]+")
_ACCOUNT: Final = re.compile(r"[\w.-]+\\([^\\]+)")
"""`CORP\\PC1`, as Windows writes it."""
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\@<>=]{1,253}")


class Cell:
    """What was found in one cell."""

    __slots__ = ("bad", "macs", "names", "networks", "packed", "placeholders", "serials")

    def __init__(self) -> None:
        self.macs: list[bytes] = []
        self.names: list[str] = []
        self.packed: list[bytes] = []
        self.networks: list[Network] = []
        self.serials: list[str] = []
        self.placeholders = 0
        self.bad = ""
        """What is wrong with it; empty if nothing is."""


def read_cell(field: str, text: str) -> Cell:
    """Read a cell of `mac`, `name`, `address` or `serial`."""
    cell = Cell()
    if is_nothing(text):
        cell.placeholders = bool(text.strip())
        return cell
    if field == "serial":
        _serials(cell, text)
    elif field == "name":
        for part in _NAMES_BETWEEN.split(text)[: KEYS_OF_CELL_MAX + 2]:
            _name(cell, part.strip())
    else:
        packed = text.lstrip()[:1] in ("[", "{")  # JSON in a cell of a CSV file, with keys
        for part in _BETWEEN.split(text)[: 8 * KEYS_OF_CELL_MAX]:
            take = _mac if field == "mac" else _address
            if part and not take(cell, part) and not packed and not cell.bad:
                expected = "a MAC" if field == "mac" else "an address or prefix"
                cell.bad = f"found {shown(part)}, expected {expected}"
    return cell


def is_nothing(text: str) -> bool:
    """Whether a cell says that it has no value."""
    return text.strip().lower() in NO_VALUES


def _mac(cell: Cell, text: str) -> bool:
    if _MAC.fullmatch(text) is None:
        return is_nothing(text)
    mac = mac_octets(text)
    if not any(mac) or mac[0] & 1 or mac in NOBODYS_MACS:
        cell.placeholders += 1
    elif len(cell.macs) < KEYS_OF_CELL_MAX:
        cell.macs.append(mac)
    return True


def is_mac(text: str) -> bool:
    """Whether this is a MAC in any of its forms."""
    return _MAC.fullmatch(text) is not None


def mac_octets(text: str) -> bytes:
    """The octets of what `is_mac`."""
    if ":" in text:
        return bytes(int(octet, 16) for octet in text.split(":"))
    return bytes.fromhex(text.replace("-", "").replace(".", ""))


def _address(cell: Cell, text: str) -> bool:
    """An address, or a prefix where the bits behind it are zero: 10.0.0.5/24 is one address."""
    try:
        found = ip_interface(text.partition("%")[0])
    except ValueError:
        return is_nothing(text)
    address, network = found.ip, found.network
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    whole = network.prefixlen == network.max_prefixlen
    if whole or address != network.network_address or mapped:
        nobody = address.is_unspecified or address.is_loopback or address.is_multicast
        if nobody or address.is_link_local or address.packed == b"\xff" * 4:
            cell.placeholders += 1
        elif len(cell.packed) < KEYS_OF_CELL_MAX:
            cell.packed.append(address.packed)
    elif network.prefixlen < PREFIX_BITS_MIN[network.version]:
        cell.bad = f"found {shown(text)}, expected no wider prefix than /8 or, of IPv6, /16"
    elif len(cell.networks) < KEYS_OF_CELL_MAX:
        cell.networks.append(network)
    return True


def is_address(text: str) -> bool:
    """Whether this is an address or a prefix."""
    try:
        ip_interface(text.partition("%")[0])
    except ValueError:
        return False
    return True


def _name(cell: Cell, text: str) -> None:
    if is_nothing(text):
        return
    if is_mac(text) and not text.isalnum():
        _mac(cell, text)
        return
    if is_address(text) and not text.isdigit():
        _address(cell, text)
        return
    account = _ACCOUNT.fullmatch(text)
    text = (account[1] if account else text).removesuffix("$")
    if _NAME.fullmatch(text) is None:
        cell.bad = cell.bad or f"found {shown(text)}, expected a host name"
    elif not (name := plain_name(text)):
        cell.placeholders += 1
    elif len(cell.names) < KEYS_OF_CELL_MAX:
        cell.names.append(name)


def _serials(cell: Cell, text: str) -> None:
    for part in _NAMES_BETWEEN.split(text)[: KEYS_OF_CELL_MAX + 2]:
        serial = part.strip().lower()
        if len(serial) < SERIAL_CHARACTERS_MIN or len(set(serial)) == 1 or is_nothing(serial):
            cell.placeholders += bool(serial)
        elif len(cell.serials) < KEYS_OF_CELL_MAX:
            cell.serials.append(serial)


# --- times ---

_DAY_NS: Final = 86_400_000_000_000
_FILETIME_EPOCH: Final = 116_444_736_000_000_000
"""1970 in Windows' count of 100 ns since 1601."""
_SLASHED: Final = re.compile(
    r"(\d{1,2})([/.])(\d{1,2})[/.](\d{4})(?:,?[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?)?"
    r"(?: ?([AaPp])\.?[Mm]\.?)?(?: ?(?:UTC|GMT|Z))?"
)
_ISO: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,]\d+)?)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_DOTNET: Final = re.compile(r"/Date\((-?\d{1,16})(?:[+-]\d{4})?\)/")


def is_day_first(texts: list[str]) -> bool:
    """Whether dates with strokes begin with the day: if any of them cannot begin with a month."""
    found = (_SLASHED.fullmatch(text.strip()) for text in texts)
    return any(one is not None and int(one[1]) > 12 for one in found)


def read_time(text: str, day_first: bool) -> int | None:
    """Nanoseconds since 1970, UTC where no zone is told; None for what is no time.

    ISO 8601, 11/22/2026 1:02:03 PM, 22.11.2026 13:02, seconds or milliseconds since 1970, and
    Windows' FILETIME.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return _counted_time(int(text)) if len(text) <= 18 else None
    try:
        if dotnet := _DOTNET.fullmatch(text):
            return int(dotnet[1]) * 1_000_000
        if iso := _ISO.fullmatch(text):
            zone = (iso[4] or "").upper().replace("UTC", "").replace("GMT", "").replace("Z", "")
            clock = (iso[2] or "00:00") + (iso[3] or "")
            return _since_epoch(datetime.fromisoformat(f"{iso[1]}T{clock}{zone or '+00:00'}"))
        if slashed := _SLASHED.fullmatch(text):
            return _slashed_time(slashed, day_first)
    except (ValueError, OverflowError):
        pass
    return None


def _slashed_time(found: re.Match[str], day_first: bool) -> int:
    first, second = int(found[1]), int(found[3])
    day, month = (first, second) if found[2] == "." or day_first else (second, first)
    hour = int(found[5] or 0)
    if found[8]:
        hour = hour % 12 + (12 if found[8] in "pP" else 0)
    clock = (hour, int(found[6] or 0), int(found[7] or 0))
    return _since_epoch(datetime(int(found[4]), month, day, *clock, tzinfo=UTC))


def _counted_time(number: int) -> int | None:
    """A count that lies between 2000 and 2100 in one of the usual units."""
    for unit_ns, epoch in ((10**9, 0), (10**6, 0), (100, _FILETIME_EPOCH)):
        time_ns = (number - epoch) * unit_ns
        if 10_957 * _DAY_NS <= time_ns <= 47_482 * _DAY_NS:
            return time_ns
    return None


def _since_epoch(time: datetime) -> int:
    since = time.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000


def shown(text: str) -> str:
    """What stood there, for a message: in quotes, escaped, not too long."""
    return ascii(text if len(text) <= 60 else text[:60] + "...")


def address_octets(text: str) -> bytes:
    """The octets of what is an address."""
    return ip_address(text).packed
