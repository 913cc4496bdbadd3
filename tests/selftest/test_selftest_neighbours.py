"""What devices say of themselves, as built, read by who else knows the formats."""

import dpkt

from netwatch.selftest import neighbours as wire

ADDRESS = b"\x0a\0\0\x07"


def test_names_by_dpkt() -> None:
    made = wire.netbios_claim(wire.netbios_name("LAPTOP"), ADDRESS)
    message = dpkt.netbios.NS(made)
    assert dpkt.netbios.decode_name(message.qd[0].name).rstrip() == "LAPTOP"
    (record,) = message.ar
    assert (record.type, record.rdata[-4:]) == (0x20, ADDRESS)


def test_discovery_by_dpkt() -> None:
    made = dpkt.cdp.CDP(wire.cdp("sw-1", capabilities=0x28, address=ADDRESS))
    values = {value[1]: value[4:] for value in made.tlvs}
    assert values[1] == b"sw-1" and values[3] == b"GigabitEthernet0/1"


def test_lengths_of_lldp() -> None:
    made = wire.lldp(bytes(6), "sw-1", description="x", capabilities=4, address=ADDRESS)
    kinds, at = [], 0
    while at < len(made):
        header = int.from_bytes(made[at : at + 2], "big")
        kinds.append(header >> 9)
        at += 2 + (header & 0x1FF)
    assert kinds == [1, 2, 3, 5, 6, 7, 8, 0] and at == len(made)


def test_ssdp_is_a_head() -> None:
    made = wire.ssdp("M-SEARCH * HTTP/1.1", "MAN: x")
    assert made == b"M-SEARCH * HTTP/1.1\r\nMAN: x\r\n\r\n"
