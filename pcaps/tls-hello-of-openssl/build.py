"""The hello of a real TLS stack."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import flight_13
from netwatch.selftest.wire import Site, Wire

# ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) with ALPN http/1.1: wrap_bio(...), then do_handshake()
HELLO = bytes.fromhex(
    "1603010200010001fc0303380151169cd8cd5b1efd096e3a20ce9b000006da3f4f3ce1790e16f1bc"
    "a607a2200d94129a555ffa098d4f91ae2232652e7384dbf6a8d9b0847dbf58e243a06d2200241302"
    "13031301c02cc030c02bc02fcca9cca8c024c028c023c027009f009e006b006700ff0100018f0000"
    "001600140000117777772e6b6173706572736b792e636f6d000b000403000102000a00160014001d"
    "0017001e0019001801000101010201030104002300000010000b000908687474702f312e31001600"
    "0000170000000d002a0028040305030603080708080809080a080b08040805080604010501060103"
    "0303010302040205020602002b00050403040303002d00020101003300260024001d00200e24e1c8"
    "49e0dbe8a1e218cdeab7c99a9822b419be5951cafcec2617ec920221001500cd"
) + bytes(0xCD)


def build() -> bytes:
    site = Site(13)
    wire = Wire("2026-11-18T07:05:00Z")
    connection = wire.connect(site.host(20), site.internet("198.51.100.131"))
    connection.say(HELLO)
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
