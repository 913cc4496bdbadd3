"""Compiled. ECH told from its imitation: whose name stands in a hello with extension 65037?

A client with real ECH says the public name of its provider, which stands in the ECHConfig that DNS
gave it (RFC 9849 section 4, RFC 9848 section 3). One without a configuration sends the same
extension filled with rubbish (GREASE, RFC 9849 section 6.2) and the name of the server it wants.
Nothing in the extension tells the two apart; the name does, where it is known to be a public one.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.limits import ECH_CONFIGS_MAX
from netwatch.model import Answer
from netwatch.names import Name

VERSION: Final = 0xFE0D
HEADER_BYTES: Final = 4
KEY_HEAD_BYTES: Final = 5
"""config_id, kem_id and the length of the public key."""

PUBLIC_NAMES: Final = {
    # https://developers.cloudflare.com/ssl/edge-certificates/ech/
    b"\x0ecloudflare-ech\x03com": "Cloudflare, for all sites behind it",
    # The HTTPS record of tls-ech.dev, where libraries try their ECH.
    b"\x06public\x07tls-ech\x03dev": "tls-ech.dev",
}
"""Public names (wire labels) that nobody goes to for their own sake, and whose they are."""


def is_public_name(name: Name) -> bool:
    """Whether the name is one of `PUBLIC_NAMES`."""
    return name.wire() in PUBLIC_NAMES


class EchConfigs:
    """A cursor over an ECHConfigList; `name` is the public name of the current configuration."""

    def __init__(self) -> None:
        self.data: bytes = b""
        self.position: i64 = 0
        self.end: i64 = 0
        self.seen: i64 = 0
        self.name: Name = Name()

    def begin(self, data: bytes, start: i64, end: i64) -> bool:
        """Take the list data[start:end], its length in front; False if that lies."""
        self.data = data
        self.position = start + 2
        self.end = end
        self.seen = 0
        return end - start >= 2 and start + 2 + (i64(read_i16_be(data, start)) & 0xFFFF) == end

    def next(self) -> i64:
        """Go to the next configuration of the known version: DONE, or NEED_MORE at the end.

        A configuration that is damaged ends the list, one of another version is passed over.
        """
        data = self.data
        while self.position + HEADER_BYTES <= self.end and self.seen < ECH_CONFIGS_MAX:
            self.seen += 1
            version = i64(read_i16_be(data, self.position)) & 0xFFFF
            start = self.position + HEADER_BYTES
            stop = start + (i64(read_i16_be(data, self.position + 2)) & 0xFFFF)
            if stop > self.end:
                break
            self.position = stop
            if version == VERSION:
                if not self._read(start, stop):
                    break
                return Answer.DONE
        self.position = self.end
        return Answer.NEED_MORE

    def _read(self, start: i64, stop: i64) -> bool:
        """ECHConfigContents: skip key and suites, take the public name."""
        data = self.data
        if start + KEY_HEAD_BYTES > stop:
            return False
        at = start + KEY_HEAD_BYTES + (i64(read_i16_be(data, start + 3)) & 0xFFFF)
        if at + 2 > stop:
            return False
        at += 2 + (i64(read_i16_be(data, at)) & 0xFFFF)
        if at + 2 > stop:
            return False
        name = at + 2  # behind maximum_name_length and its own length
        name_end = name + i64(data[at + 1])
        return name_end + 2 <= stop and self.name.set_dotted(data, name, name_end)
