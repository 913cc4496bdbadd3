"""What clients say to SOCKS proxies, and load balancers to servers, as octets.

SOCKS 4 and 4A, SOCKS 5 (RFC 1928, RFC 1929), PROXY versions 1 and 2 (haproxy's specification).
"""

from ipaddress import ip_address
from typing import Final

GREETING: Final = b"\x05\x01\x00"
"""Version 5, one method: nobody logs in."""
GREETED: Final = b"\x05\x00"
CONNECTED: Final = b"\x05\x00\x00\x01" + bytes(6)
CONNECTED_4: Final = b"\x00\x5a" + bytes(6)
SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"


def log_in(user: bytes, password: bytes) -> bytes:
    """RFC 1929 section 2."""
    return b"\x01" + bytes((len(user),)) + user + bytes((len(password),)) + password


def socks5(target: str, port: int = 443) -> bytes:
    """A request for a connection to a name, or to an address (RFC 1928 section 4)."""
    try:
        packed = ip_address(target).packed
        address = bytes((1 if len(packed) == 4 else 4,)) + packed
    except ValueError:
        name = target.encode("latin-1")
        address = bytes((3, len(name))) + name
    return b"\x05\x01\x00" + address + port.to_bytes(2, "big")


def socks4(target: str, port: int = 443, *, user: bytes = b"") -> bytes:
    """A request for a connection to an IPv4 address or, as version 4A has it, to a name."""
    head = b"\x04\x01" + port.to_bytes(2, "big")
    try:
        return head + ip_address(target).packed + user + b"\0"
    except ValueError:
        return head + b"\0\0\0\x01" + user + b"\0" + target.encode("latin-1") + b"\0"


def proxy_line(source: str, target: str, ports: tuple[int, int]) -> bytes:
    """A PROXY header of version 1."""
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {target} {ports[0]} {ports[1]}\r\n".encode()


def proxy_header(source: str, target: str, ports: tuple[int, int], more: bytes = b"") -> bytes:
    """A PROXY header of version 2, with `more` behind the addresses."""
    packed = [ip_address(end).packed for end in (source, target)]
    family = b"\x11" if len(packed[0]) == 4 else b"\x21"
    block = b"".join(packed) + b"".join(port.to_bytes(2, "big") for port in ports) + more
    return SIGNATURE + b"\x21" + family + len(block).to_bytes(2, "big") + block
