"""SOCKS, in its versions."""

from netwatch.selftest import proxies
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire

UPDATES, VERDICTS = "s05.upd.kaspersky.com", "ksn-verdict-geo.kaspersky-labs.com"


def build() -> bytes:
    site = Site(94)
    client, proxy = site.host(20), site.host(8)
    wire = Wire("2026-11-18T12:30:00Z")
    plain = wire.connect(client, proxy, 1_080)
    plain.say(proxies.GREETING)
    plain.hear(proxies.GREETED)
    plain.say(proxies.socks5(UPDATES))
    plain.hear(proxies.CONNECTED)
    plain.say(records(Hello(name=UPDATES.encode()).handshake()))
    plain.hear(flight_13())
    plain.close()
    wire.wait(300)
    known = wire.connect(client, proxy, 1_080)
    known.say(b"\x05\x01\x02")
    known.hear(b"\x05\x02")
    known.say(proxies.log_in(b"alice", b"not a real one"))
    known.hear(b"\x01\x00")
    known.say(proxies.socks5(VERDICTS))
    known.hear(proxies.CONNECTED)
    known.say(records(Hello(name=VERDICTS.encode()).handshake()))
    known.hear(flight_13())
    known.close()
    wire.wait(300)
    hasty = wire.connect(client, proxy, 9_050)
    hello = records(Hello(name=UPDATES.encode()).handshake())
    hasty.say(proxies.socks4(UPDATES, user=b"alice") + hello)
    hasty.hear(proxies.CONNECTED_4)
    hasty.hear(flight_13())
    hasty.close()
    return pcap(wire.shown)
