"""Every tunnel of the table, in every form that is built, and those told by their IP protocol.

Invariant: an opened tunnel stands at exactly the octets that were put into it, under MACs, VLANs
and a network of their own, and keeps its ends; what stands behind the frame makes no difference.
For any octets `tunnel` and `tunnel_udp` answer from the closed list and stay inside the frame, and
where they say "no tunnel" nothing is changed.
"""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening import (
    ENDS,
    ENDS6,
    MACS,
    PACKETS,
    QUESTION,
    QUESTION6,
    begun,
    inner,
    opened,
    read_ip,
    refused,
    step,
    what_is_inside,
)

from netwatch.decode.ethertypes import LLC
from netwatch.decode.packet import Packet
from netwatch.decode.tunnels import TUNNELS
from netwatch.limits import LAYERS_MAX
from netwatch.model import ANOMALY_NAMES, Anomaly, Answer
from netwatch.selftest import frames
from netwatch.selftest.carriers import CARRIERS, Ends, Inner, esp, gre

FORMS = [
    pytest.param(form, id=f"{name} {number}")
    for name, forms in CARRIERS.items()
    for number, form in enumerate(forms)
]
WITH_NETWORK = {"ERSPAN II", "ERSPAN III", "LISP", "VXLAN", "VXLAN-GPE", "Geneve"}
Form = Callable[[Inner], bytes]


def test_every_tunnel_of_the_table_is_built_and_nothing_else() -> None:
    assert list(CARRIERS) == list(TUNNELS)


def test_the_table_says_how_each_is_told() -> None:
    """The numbers in its words are those of the packets that are built, and all of them are."""
    for name, words in TUNNELS.items():
        told = {("ip", int(n)) for n in re.findall(r"IP protocol (\d+)", words)}
        if match := re.search(r"UDP ports? ([\d]+(?: and \d+)?)", words):
            told |= {("udp", int(n)) for n in re.findall(r"\d+", match[1])}
        built = set()
        for form in CARRIERS[name]:
            octets = form(inner(usable(name)))
            packet = begun(octets)
            assert step(packet) == Answer.DONE, name
            outer = Packet()
            outer.begin(octets, 0, len(octets))
            read_ip(outer)
            if outer.protocol == 17:
                ports = {packet.source_port, packet.target_port}
                (port,) = ports - {51_000}
                built.add(("udp", port))
            else:
                built.add(("ip", outer.protocol))
        assert told == built, name


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("ends", [ENDS, ENDS6], ids=["over 4", "over 6"])
def test_what_is_inside(form: Form, version: int, ends: Ends) -> None:
    if PACKETS[version] is QUESTION and form in CARRIERS["6in4 and IPv6 in IPv6"]:
        return
    if version == 6 and form in CARRIERS["IP in IP"]:
        return
    if version == 4 and form in CARRIERS["Teredo"]:
        return
    packet = opened(form(inner(PACKETS[version], ends=ends)))
    assert what_is_inside(packet)[: len(PACKETS[version])] == PACKETS[version]
    assert packet.tunnel_tuple() == (ends.packed,)
    assert packet.vlan_tuple() == (), "the outer VLAN tells nobody inside apart"
    assert read_ip(packet) == Answer.DONE
    assert packet.source_address() == frames.packed("10.9.0.5" if version == 4 else "fd00::5")
    macs = (packet.mac(packet.source_mac), packet.mac(packet.target_mac))
    assert macs[0] in (b"", bytes.fromhex(MACS[0].replace(":", "")))
    assert (macs[0] == b"") == (macs[1] == b"")


def usable(name: str) -> bytes:
    return QUESTION6 if name in ("6in4 and IPv6 in IPv6", "Teredo") else QUESTION


@pytest.mark.parametrize("name", TUNNELS)
def test_networks_stand_before_the_vlans(name: str) -> None:
    for form in CARRIERS[name]:
        number = 700 if name.startswith("ERSPAN") else 0xABCDEF
        packet = opened(form(inner(usable(name), network=number)))
        assert packet.vlan_tuple() == ((number,) if name in WITH_NETWORK else ())
        tagged = opened(form(inner(usable(name), network=number, vlans=(30, 40))))
        if tagged.source_mac < 0 or "802.11" in name or tagged.vlan_count < 2:
            continue
        mirrored = name.startswith("ERSPAN")
        expected = (30, 40) if mirrored or name not in WITH_NETWORK else (number, 30, 40)
        assert tagged.vlan_tuple() == expected


@pytest.mark.parametrize("form", FORMS)
def test_every_truncation(form: Form) -> None:
    """The frame cut anywhere: nothing else is found than what is there, and nothing raises."""
    for packet6 in (QUESTION, QUESTION6):
        outer = form(inner(packet6))
        for end in range(len(outer)):
            packet = begun(outer[:end])
            answer = step(packet)
            assert answer in (Answer.DONE, Answer.NEED_MORE) or -len(ANOMALY_NAMES) < answer < 0
            assert 0 <= packet.start <= packet.end <= end
            if answer == Answer.DONE and packet.ethertype != LLC and read_ip(packet) == Answer.DONE:
                addresses = packet.source_address() + packet.target_address()
                assert addresses in packet6 or addresses in outer
                assert packet.cut


@pytest.mark.parametrize("form", FORMS)
def test_octets_before_and_behind_make_no_difference(form: Form) -> None:
    found = []
    for before, behind in ((b"", b""), (b"\xff" * 3, b"\xff" * 40), (b"\x45" * 9, bytes(70))):
        packet = begun(form(inner(QUESTION)), before, behind)
        answer = step(packet)
        octets = packet.data[packet.start : packet.end]
        found.append((answer, octets, packet.vlan_tuple(), packet.tunnel_tuple()))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("layers", [LAYERS_MAX, LAYERS_MAX + 1, 3 * LAYERS_MAX])
def test_tunnels_in_tunnels_end(layers: int) -> None:
    outer = QUESTION
    for _ in range(layers):
        outer = ENDS.ip(4, outer)
    packet = begun(outer)
    answers = [step(packet) for _ in range(min(layers, LAYERS_MAX + 1))]
    if layers > LAYERS_MAX:
        assert answers == [Answer.DONE] * LAYERS_MAX + [-Anomaly.TOO_DEEP]
    else:
        assert answers == [Answer.DONE] * layers
        assert what_is_inside(packet) == QUESTION
        assert packet.tunnel_tuple() == (ENDS.packed,) * layers
    assert packet.tunnel_count <= LAYERS_MAX


def test_tags_inside_count_as_layers() -> None:
    tagged = inner(vlans=tuple(range(1, LAYERS_MAX + 1)))
    assert refused(ENDS.ip(97, b"\x30\0" + tagged.frame)) == Anomaly.TOO_DEEP


@pytest.mark.parametrize("protocol", [1, 2, 6, 51, 58, 59, 89, 108, 132, 255])
def test_other_protocols_are_no_tunnel(protocol: int) -> None:
    assert refused(ENDS.ip(protocol, QUESTION)) == 0


@pytest.mark.parametrize("head", [b"", b"\x30", b"\x40\0", b"\x30\1", b"\x20\0"])
def test_etherip_that_is_none(head: bytes) -> None:
    assert refused(ENDS.ip(97, head + (inner().frame if len(head) > 1 else b""))) == (
        Anomaly.TRANSPORT_HEADER
    )


def test_esp_is_encrypted_unless_all_of_it_fits() -> None:
    whole = esp(QUESTION, 12, 2)
    assert opened(ENDS.ip(50, whole)).end
    for octets in (
        whole[:-1],  # the check value is short of one
        esp(QUESTION, 11, 2),
        esp(QUESTION, 12, 2, following=41),
        esp(QUESTION, 12, 2, following=17),
        esp(QUESTION + b"\0", 12, 2),
        esp(QUESTION[:-1], 12, 2),
        whole[: -12 - 4] + b"\1\3\2\4" + whole[-12:],
        bytes(8),
        b"",
        bytes(range(256)) * 4,
    ):
        assert refused(ENDS.ip(50, octets)) == Anomaly.ENCRYPTED
    cut = begun(ENDS.ip(50, whole)[:-1])
    assert step(cut) == -Anomaly.ENCRYPTED


def test_keepalives_and_talk_of_the_ends_are_no_packets() -> None:
    for octets in (ENDS.ip(47, gre(0, b"")), ENDS.ip(115, bytes(4) + b"\xc8\3")):
        packet = opened(octets)
        assert packet.ethertype == LLC


OCTETS = st.one_of(
    st.binary(max_size=80),
    st.tuples(
        st.sampled_from([form(inner(p)) for f in CARRIERS.values() for form in f
                         for p in (QUESTION, QUESTION6)]),
        st.lists(st.tuples(st.integers(0, 199), st.integers(0, 255)), max_size=4),
        st.integers(0, 200),
    ).map(lambda t: mutated(*t)),
)  # fmt: skip


def mutated(octets: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    made = bytearray(octets)
    for place, value in changes:
        if 20 <= place < len(made):
            made[place] = value
    return bytes(made[: len(made) - cut // 8])


@settings(max_examples=1_500, deadline=None, derandomize=True)
@given(OCTETS, st.sampled_from([4, 41, 47, 50, 97, 115, 137, 143, -1]), st.integers(0, 12))
def test_any_octets(octets: bytes, protocol: int, port: int) -> None:
    ports = (1701, 2152, 3544, 4341, 4754, 4789, 4790, 5072, 5247, 6081, 6635, 8472, 37008)
    plain = [octets]
    if len(octets) <= 80:
        plain = [ENDS.ip(protocol, octets) if protocol > 0 else ENDS.udp(ports[port], octets)]
    for outer in plain:
        packet = begun(outer, b"x", b"y")
        for _ in range(3):
            answer = step(packet)
            assert answer in (Answer.DONE, Answer.NEED_MORE) or -len(ANOMALY_NAMES) < answer < 0
            assert answer < 0 or 1 <= packet.start <= packet.end <= 1 + len(outer)
            assert packet.layers <= LAYERS_MAX + 1
            assert all(0 < number < 1 << 24 or number == 0 for number in packet.vlan_tuple())
            if answer != Answer.DONE or packet.ethertype == LLC:
                break


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.binary(max_size=60), st.sampled_from([1701, 2152, 3544, 4341, 4789, 5072, 5247, 37008]))
def test_an_ordinary_datagram_is_left_as_it_is(octets: bytes, port: int) -> None:
    packet = begun(ENDS.udp(port, octets))
    if step(packet) != Answer.NEED_MORE:
        return
    assert packet.data[packet.start : packet.end] == octets
    assert (packet.tunnel_count, packet.layers, packet.vlan_tuple()) == (0, 0, (4000,))
    assert packet.source_address() == frames.packed(ENDS.source)
