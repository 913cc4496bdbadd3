"""Public resolvers.

Invariant: exactly the names and addresses of the table are told, customers' own names one label
below those that say so, in small letters or capitals.
"""

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.resolvers import ADDRESSES, NAMES, Resolvers
from netwatch.names import Name

RESOLVERS = Resolvers()
TEXTS = sorted({text for texts in NAMES.values() for text in texts})
PLAIN = [text for text in TEXTS if not text.startswith("*.")]
BELOW = [text[2:] for text in TEXTS if text.startswith("*.")]
HOSTS = sorted({text for texts in ADDRESSES.values() for text in texts})


def asks(text: str) -> bool:
    name = Name()
    data = b"x" + text.encode() + b"y"
    assert name.set_dotted(data, 1, len(data) - 1), text
    return RESOLVERS.name(name)


def address(text: str) -> bool:
    packed = ip_address(text).packed
    return RESOLVERS.address(b"x" + packed + b"y", 1, len(packed))


@pytest.mark.parametrize("text", PLAIN)
def test_names(text: str) -> None:
    assert asks(text) and asks(text.upper()) and asks(text + ".")
    assert not asks("a" + text) and not asks(text + "x")
    assert not asks("a.b." + text)


@pytest.mark.parametrize("text", BELOW)
def test_customers_names(text: str) -> None:
    assert asks("abc123." + text) and asks("ABC." + text.upper())
    assert not asks("a.b." + text)
    assert asks(text) == (text in PLAIN)


@pytest.mark.parametrize("text", ["google", "dns.google.evil.test", "www.kaspersky.com"])
def test_others(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize("text", HOSTS)
def test_addresses(text: str) -> None:
    assert address(text)
    assert not address(str(ip_address(text) + 0x4000))


def test_control_the_table_is_written_well() -> None:
    assert len(RESOLVERS.names) + len(RESOLVERS.parents) == len(TEXTS)
    assert len(RESOLVERS.addresses) == len(HOSTS)
    assert all(text == text.lower() and "." in text for text in TEXTS)
    assert all(ip_address(text).is_global for text in HOSTS)
    assert all(source.startswith("https://") for source in (*NAMES, *ADDRESSES))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    labels=st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=5),
    octets=st.binary(min_size=16, max_size=16),
)
def test_any_other_name_and_address(labels: list[bytes], octets: bytes) -> None:
    name = Name()
    wire = b"".join(bytes((len(label),)) + label for label in labels)
    assert name.set_wire(wire)
    text = b".".join(labels).decode("latin-1").lower()
    assert RESOLVERS.name(name) == (text in PLAIN or text.partition(".")[2] in BELOW)
    for length in (4, 16):
        told = str(ip_address(octets[:length])) in {str(ip_address(host)) for host in HOSTS}
        assert RESOLVERS.address(octets, 0, length) == told
