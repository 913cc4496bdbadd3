"""The proof that a name of ours that the witness does not have was not invented.

Its octets must stand in the very frame that the sighting names: as dotted text (TLS, HTTP,
certificates) or as labels behind their lengths (DNS), letters in either case. Nothing of the
extractors is used for it.
"""

from pathlib import Path

from netwatch.capture.files import open_capture
from netwatch.model import Answer


def stands_in(labels: list[bytes], frame: bytes) -> bool:
    """Whether the name can be read in the frame's octets."""
    dotted = b".".join(labels).lower()
    wire = b"".join(bytes((len(label),)) + label for label in labels).lower()
    octets = frame.lower()
    return dotted in octets or wire in octets


def frame_of(path: Path, number: int) -> bytes:
    """The octets of frame `number`, from 1; empty if the capture has none."""
    with open_capture(str(path)) as reader:
        records = reader.records
        for block in reader:
            while records.next(block) == Answer.DONE:
                if records.frame == number:
                    return block[records.start : records.end]
    return b""
