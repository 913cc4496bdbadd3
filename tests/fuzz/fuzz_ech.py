"""A public name stands in an ECHConfigList that fits to the octet, or there is none."""

from typing import Final

from invariants import alike, is_wire, labels_inside

from netwatch.extract.ech import EchConfigs
from netwatch.limits import ECH_CONFIGS_MAX
from netwatch.model import Answer

RUNS: Final = 10_000
DEPTHS: Final = ("name", "two", "refused")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Read the list as it is, and with a length that fits."""
    alike(octets, read)
    alike((len(octets) & 0xFFFF).to_bytes(2, "big") + octets, read)


def read(data: bytes, start: int, end: int) -> tuple[bytes, ...]:
    """All names of one list."""
    configs = EchConfigs()
    if not configs.begin(data, start, end):
        reached.add("refused")
        return ()
    found: list[bytes] = []
    while configs.next() == Answer.DONE:
        assert labels_inside(configs.name, start, end)
        found.append(configs.name.wire())
        assert is_wire(found[-1]) or found[-1] != found[-1].lower()
    assert len(found) <= ECH_CONFIGS_MAX
    if found:
        reached.add("two" if len(found) > 1 else "name")
    return tuple(found)
