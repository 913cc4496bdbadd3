"""JA4, the TLS client fingerprint, after FoxIO's published description (technical_details/JA4.md).

Interpreted: it is asked for matched hellos only, and it needs a digest. GREASE is already left out
of the numbers handed in. Where the description is silent: GREASE in ALPN is skipped as everywhere
else ("ignore GREASE values anywhere"), so the first real protocol counts.
"""

from hashlib import sha256
from typing import Final

VERSIONS: Final = {
    0x0304: "13",
    0x0303: "12",
    0x0302: "11",
    0x0301: "10",
    0x0300: "s3",
    0x0002: "s2",
    0xFEFF: "d1",
    0xFEFD: "d2",
    0xFEFC: "d3",
}
SERVER_NAME: Final = 0
ALPN: Final = 16
COUNT_MAX: Final = 99
NOTHING: Final = "000000000000"


def ja4_text(
    transport: str,
    version: int,
    ciphers: list[int],
    extensions: list[int],
    signatures: list[int],
    alpn: list[bytes],
) -> str:
    """`t13d1516h2_8daaf6152771_e5627efa2ab1` from the numbers of a hello in their order.

    `transport` is "t" (TCP), "q" (QUIC) or "d" (DTLS); `extensions` holds server_name and ALPN too.
    """
    kept = sorted(kind for kind in extensions if kind not in (SERVER_NAME, ALPN))
    hashed = _hex(kept)
    if signatures:
        hashed += "_" + _hex(signatures)
    return (
        f"{transport}{VERSIONS.get(version, '00')}{'d' if SERVER_NAME in extensions else 'i'}"
        f"{min(len(ciphers), COUNT_MAX):02d}{min(len(extensions), COUNT_MAX):02d}{_alpn(alpn)}"
        f"_{_digest(_hex(sorted(ciphers))) if ciphers else NOTHING}"
        f"_{_digest(hashed) if kept else NOTHING}"
    )


def _alpn(protocols: list[bytes]) -> str:
    """First and last character of the first protocol; of its hex if one is not alphanumeric."""
    for protocol in protocols:
        if len(protocol) == 2 and protocol[0] == protocol[1] and protocol[0] & 0x0F == 0x0A:
            continue
        if not protocol:
            return "00"
        ends = bytes((protocol[0], protocol[-1]))
        if ends.isalnum():
            return ends.decode("ascii")
        return f"{protocol[0] >> 4:x}{protocol[-1] & 0x0F:x}"
    return "00"


def _hex(values: list[int]) -> str:
    return ",".join(f"{value:04x}" for value in values)


def _digest(text: str) -> str:
    return sha256(text.encode("ascii")).hexdigest()[:12]
