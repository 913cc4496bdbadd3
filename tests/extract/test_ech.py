"""Public names in ECHConfigLists.

Invariant: a name comes out only of a configuration of the known version that fits to the octet.
"""

from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.ech import PUBLIC_NAMES, EchConfigs, is_public_name
from netwatch.limits import ECH_CONFIGS_MAX
from netwatch.model import Answer
from netwatch.names import Name, name_text
from netwatch.selftest.hellos import counted, words

# What the HTTPS records of sites behind Cloudflare and of tls-ech.dev held.
CLOUDFLARE = b64decode(
    "AEX+DQBB8gAgACDCIaU3P6vz668J2oRRZtptSEwH+1IX8/3TOArEx0tRLAAEAAEAAQASY2xvdWRmbGFyZS1lY2guY29t"
    "AAA="
)
TLS_ECH = b64decode(
    "AEn+DQBFKwAgACABWIHUGj4u+PIggYXcR5JF0gYk3dCRioBW8uJq9H4mKAAIAAEAAQABAANAEnB1YmxpYy50bHMtZWNo"
    "LmRldgAA"
)


def config(name: bytes, version: int = 0xFE0D) -> bytes:
    body = b"\x07" + words((32,)) + counted(2, bytes(32)) + counted(2, words((1, 1)))
    return words((version,)) + counted(2, body + b"\x20" + counted(1, name) + b"\0\0")


def names_of(octets: bytes) -> list[str]:
    configs = EchConfigs()
    found = []
    data = b"\xff" * 3 + octets + b"\xff" * 30
    if configs.begin(data, 3, 3 + len(octets)):
        while configs.next() == Answer.DONE:
            found.append(name_text(configs.name.wire()))
    return found


def test_real_ones() -> None:
    assert names_of(CLOUDFLARE) == ["cloudflare-ech.com"]
    assert names_of(TLS_ECH) == ["public.tls-ech.dev"]


def test_several() -> None:
    listed = config(b"a.test") + config(b"x", 0xFE0A) + config(b"B.test.")
    assert names_of(counted(2, listed)) == ["a.test", "b.test"]
    many = config(b"a.test") * (ECH_CONFIGS_MAX + 3)
    assert len(names_of(counted(2, many))) == ECH_CONFIGS_MAX


@pytest.mark.parametrize("octets", [CLOUDFLARE, counted(2, config(b"a.test") * 2)])
def test_every_truncation(octets: bytes) -> None:
    for end in range(len(octets)):
        assert names_of(octets[:end]) == []
        again = counted(2, octets[2:end])
        assert len(names_of(again)) <= max(0, (end - 2) // 50)


def test_lengths_that_lie() -> None:
    one = config(b"a.test")
    for at in (3, 8, 42, 48):
        assert names_of(counted(2, one[:at] + b"\xf0" + one[at + 1 :])) == [], at
    assert names_of(counted(2, config(b"") + one)) == []
    assert names_of(counted(2, config(b"a..b"))) == []


def test_public_names() -> None:
    for wire in PUBLIC_NAMES:
        name = Name()
        assert name.set_wire(wire) and is_public_name(name)
        dotted = name_text(wire).upper().encode()
        assert name.set_dotted(dotted, 0, len(dotted)) and is_public_name(name)
    assert name.set_dotted(b"x.cloudflare-ech.com", 0, 20) and not is_public_name(name)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(octets=st.binary(max_size=80), head=st.sampled_from([b"", CLOUDFLARE[2:], CLOUDFLARE[2:30]]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    for name in names_of(counted(2, head + octets)):
        assert name
    names_of(head + octets)
