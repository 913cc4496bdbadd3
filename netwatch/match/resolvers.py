"""Compiled. Public resolvers that answer DNS inside HTTPS, TLS or QUIC: what they hide is counted.

No signature and never evidence: whoever asks them is one whose questions the feed cannot show. One
table, in the providers' own words; a name or address that is not in it is not told.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.names import Name

SMALL: Final = 0x20

NAMES: Final = {
    "https://developers.google.com/speed/public-dns/docs/doh": (
        "dns.google",
        "dns.google.com",
        "dns64.dns.google",
        "8888.google",
    ),
    "https://developers.cloudflare.com/1.1.1.1/encryption/": (
        "cloudflare-dns.com",
        "mozilla.cloudflare-dns.com",
        "chrome.cloudflare-dns.com",
        "security.cloudflare-dns.com",
        "family.cloudflare-dns.com",
        "dns64.cloudflare-dns.com",
        "1dot1dot1dot1.cloudflare-dns.com",
        "*.cloudflare-gateway.com",
    ),
    "https://docs.quad9.net/services/": (
        "dns.quad9.net",
        "dns9.quad9.net",
        "dns10.quad9.net",
        "dns11.quad9.net",
        "dns12.quad9.net",
    ),
    "https://support.opendns.com/hc/en-us/articles/360038086532": (
        "doh.opendns.com",
        "dns.opendns.com",
        "doh.familyshield.opendns.com",
        "doh.sandbox.opendns.com",
        "dns.umbrella.com",
        "doh.umbrella.com",
    ),
    "https://adguard-dns.io/en/public-dns.html": (
        "dns.adguard-dns.com",
        "family.adguard-dns.com",
        "unfiltered.adguard-dns.com",
        "dns.adguard.com",
        "dns-family.adguard.com",
        "dns-unfiltered.adguard.com",
        "*.d.adguard-dns.com",
    ),
    "https://help.nextdns.io/": ("dns.nextdns.io", "dns1.nextdns.io", "*.dns.nextdns.io"),
    "https://controld.com/free-dns": (
        "freedns.controld.com",
        "dns.controld.com",
        "*.dns.controld.com",
    ),
    "https://cleanbrowsing.org/filters/": (
        "doh.cleanbrowsing.org",
        "security-filter-dns.cleanbrowsing.org",
        "family-filter-dns.cleanbrowsing.org",
        "adult-filter-dns.cleanbrowsing.org",
    ),
    "https://mullvad.net/en/help/dns-over-https-and-dns-over-tls": (
        "dns.mullvad.net",
        "adblock.dns.mullvad.net",
        "base.dns.mullvad.net",
        "extended.dns.mullvad.net",
        "family.dns.mullvad.net",
        "all.dns.mullvad.net",
    ),
    "https://dns.yandex.com/": (
        "common.dot.dns.yandex.net",
        "safe.dot.dns.yandex.net",
        "family.dot.dns.yandex.net",
    ),
    "https://www.alidns.com/": ("dns.alidns.com",),
    "https://docs.dnspod.com/public-dns/": ("doh.pub", "dot.pub", "dns.pub"),
    "https://dns.sb/": ("doh.dns.sb", "dot.sb", "dns.sb"),
    "https://www.joindns4.eu/": (
        "protective.joindns4.eu",
        "child.joindns4.eu",
        "noads.joindns4.eu",
        "unfiltered.joindns4.eu",
    ),
}
"""Where it says so -> names of servers; `*.` stands for one label (a customer's own)."""

ADDRESSES: Final = {
    "https://developers.google.com/speed/public-dns/docs/using": (
        *("8.8.8.8", "8.8.4.4"),
        *("2001:4860:4860:0:0:0:0:8888", "2001:4860:4860:0:0:0:0:8844"),
    ),
    "https://developers.cloudflare.com/1.1.1.1/ip-addresses/": (
        *("1.1.1.1", "1.0.0.1", "1.1.1.2", "1.0.0.2", "1.1.1.3", "1.0.0.3"),
        *("2606:4700:4700:0:0:0:0:1111", "2606:4700:4700:0:0:0:0:1001"),
        *("2606:4700:4700:0:0:0:0:1112", "2606:4700:4700:0:0:0:0:1002"),
        *("2606:4700:4700:0:0:0:0:1113", "2606:4700:4700:0:0:0:0:1003"),
    ),
    "https://quad9.net/service/service-addresses-and-features/": (
        *("9.9.9.9", "9.9.9.10", "9.9.9.11"),
        *("149.112.112.112", "149.112.112.10", "149.112.112.11"),
        *("2620:fe:0:0:0:0:0:fe", "2620:fe:0:0:0:0:0:9"),
        *("2620:fe:0:0:0:0:0:10", "2620:fe:0:0:0:0:fe:10"),
        *("2620:fe:0:0:0:0:0:11", "2620:fe:0:0:0:0:fe:11"),
    ),
    "https://use.opendns.com/": (
        *("208.67.222.222", "208.67.220.220", "208.67.222.123", "208.67.220.123"),
        *("2620:119:35:0:0:0:0:35", "2620:119:53:0:0:0:0:53"),
    ),
    "https://adguard-dns.io/en/public-dns.html": (
        *("94.140.14.14", "94.140.15.15", "94.140.14.15", "94.140.15.16"),
        *("94.140.14.140", "94.140.14.141"),
        *("2a10:50c0:0:0:0:0:ad1:ff", "2a10:50c0:0:0:0:0:ad2:ff"),
    ),
    "https://dns.yandex.com/": (
        *("77.88.8.8", "77.88.8.1", "77.88.8.88", "77.88.8.2", "77.88.8.7", "77.88.8.3"),
    ),
    "https://www.alidns.com/": ("223.5.5.5", "223.6.6.6"),
    "https://docs.dnspod.com/public-dns/": ("1.12.12.12", "120.53.53.53"),
    "https://dns.sb/": ("185.222.222.222", "45.11.45.11"),
}
"""Where it says so -> addresses of servers, IPv6 ones with all their eight numbers."""


class Resolvers:
    """Whose name or address is a public resolver's. Immutable; sieves keep a "no" cheap."""

    def __init__(self) -> None:
        self.names: dict[bytes, int] = {}
        """Wire labels of names, and of what customers' names stand below."""
        self.parents: dict[bytes, int] = {}
        self.addresses: dict[bytes, int] = {}
        name_sieve = bytearray(65_536)
        for texts in NAMES.values():
            for text in texts:
                below = text[:2] == "*."
                wire = _wire(text[2:] if below else text)
                (self.parents if below else self.names)[wire] = 1
                name_sieve[(len(wire) << 8 | wire[1]) & 0xFFFF] = 1
        self.name_sieve: bytes = bytes(name_sieve)
        address_sieve = bytearray(256)
        for texts in ADDRESSES.values():
            for text in texts:
                packed = _packed(text)
                self.addresses[packed] = len(packed)
                address_sieve[packed[len(packed) - 1]] = 1
        self.address_sieve: bytes = bytes(address_sieve)

    def name(self, name: Name) -> bool:
        """Whether it is a resolver's, or a customer's own one label below that of a resolver."""
        if name.count < 2:
            return False
        if self.may_be(name, 0) and name.wire() in self.names:
            return True
        if name.count < 3 or not self.may_be(name, 1):
            return False
        first: i64 = name.ends[0] - name.starts[0]
        return name.wire()[1 + first :] in self.parents

    def may_be(self, name: Name, first: i64) -> bool:
        """The sieve: length and first octet of the labels from `first` on."""
        start = name.starts[first]
        length: i64 = 0
        i = first
        while i < name.count:
            length += 1 + name.ends[i] - name.starts[i]
            i += 1
        octet = i64(name.data[start])
        if 0x41 <= octet <= 0x5A:
            octet |= SMALL
        return self.name_sieve[(length << 8 | octet) & 0xFFFF] != 0

    def address(self, data: bytes, start: i64, length: i64) -> bool:
        """Whether the packed address at `start` is a resolver's."""
        if self.address_sieve[i64(data[start + length - 1])] == 0:
            return False
        return data[start : start + length] in self.addresses


def _wire(text: str) -> bytes:
    parts: list[bytes] = []
    for label in text.split("."):
        octets = label.encode()
        parts.append(bytes((len(octets) & 0xFF,)) + octets)
    return b"".join(parts)


def _packed(text: str) -> bytes:
    if "." in text:
        return bytes([int(octet) for octet in text.split(".")])
    return b"".join([int(word, 16).to_bytes(2, "big") for word in text.split(":")])
