"""Compiled. What one frame says of the device that sent it: name, address, what it is.

One reused record that the readers of NetBIOS, SSDP, LLDP and CDP fill. Values are slices, cut at
`CLAIM_VALUE_BYTES_MAX`: such frames are rare.
"""

from mypy_extensions import i64

from netwatch.limits import CLAIM_VALUE_BYTES_MAX


class DeviceClaim:
    """Empty = not said. `hostname` is plain octets; `device_kind` one of `model.DEVICE_KINDS`."""

    def __init__(self) -> None:
        self.mac: bytes = b""
        self.address: bytes = b""
        """Packed."""
        self.hostname: bytes = b""
        self.description: bytes = b""
        self.location: bytes = b""
        self.port: bytes = b""
        self.device_kind: str = ""

    def clear(self) -> None:
        """Forget the last frame."""
        self.mac = b""
        self.address = b""
        self.hostname = b""
        self.description = b""
        self.location = b""
        self.port = b""
        self.device_kind = ""

    def said(self) -> bytes:
        """Everything in one row: the same for the same claim."""
        row = (self.mac, self.address, self.hostname, self.description, self.location, self.port)
        return b"\xff\0".join(row) + self.device_kind.encode()


def value(data: bytes, start: i64, end: i64) -> bytes:
    """The octets data[start:end], cut at the limit."""
    if end - start > CLAIM_VALUE_BYTES_MAX:
        end = start + CLAIM_VALUE_BYTES_MAX
    return data[start:end]


def trimmed(octets: bytes) -> bytes:
    """Without the zeros and blanks at its end."""
    return octets.rstrip(b"\0 \t\r\n")


def one_host4(data: bytes, start: i64) -> bool:
    """Whether the four octets can be the address of one host."""
    first = i64(data[start])
    return first != 0 and first != 127 and first < 224
