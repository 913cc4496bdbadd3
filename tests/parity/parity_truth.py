"""What the witness saw: the truth's rows as comparable sightings, by capture."""

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from parity_names import dns_name, host_name

TREE: Final = Path(__file__).resolve().parents[2]

SIGNALS: Final = {
    "tls": "tls-sni",
    "quic": "quic-sni",
    "dtls": "dtls-sni",
    "http": "http-host",
    "http-absolute": "http-absolute",
    "http-connect": "http-connect",
    "cert-dnsname": "tls-certificate",
    "mdns": "mdns",
    "llmnr": "llmnr",
}
"""Kind of the truth -> our signal; `dns` and `dns-tcp` depend on the direction."""
COMPARED: Final = ("dns-query", "dns-answer", *SIGNALS.values())
TO_CLIENT: Final = frozenset({"dns-answer", "tls-certificate"})

LAYERS: Final = frozenset(
    {
        "eth",
        "ethertype",
        "ieee8021ad",
        "ip",
        "ipv6",
        "ipv6.dstopts",
        "ipv6.fraghdr",
        "ipv6.hopopts",
        "ipv6.nxt",
        "ipv6.routing",
        "ah",
        "llc",
        "loop",
        "null",
        "raw",
        "sll",
        "tcp",
        "udp",
        "vlan",
    }
)
"""What may stand around a payload down to its TCP or UDP, for netwatch to read it today."""
ABOVE: Final = frozenset({"dtls", "rtp", "stun"})
"""Layers over UDP that carry what netwatch does not read today."""


class Key(NamedTuple):
    """What is compared."""

    signal: str
    name: str
    client: str


class Seen(NamedTuple):
    """A sighting of the witness."""

    key: Key
    frame: int
    encapsulation: str
    inside: bool
    """Netwatch reads this encapsulation."""


class CaptureTruth(NamedTuple):
    """All that the witness says of one capture."""

    seen: dict[Key, Seen]
    """The first sighting of each."""
    names: frozenset[str]
    """Every name that it tells in whatever place."""


def captures_folder() -> Path:
    """Where the corpus is: NETWATCH_CAPTURES, or beside the checkout."""
    return Path(os.environ.get("NETWATCH_CAPTURES") or TREE / "../shared/captures").resolve()


def captures(folder: Path) -> list[str]:
    """The paths of all captures of the corpus, relative to its folder."""
    with open(folder / "files.jsonl", encoding="utf-8") as lines:
        return [json.loads(line)["path"] for line in lines]


def read_truth(folder: Path) -> dict[str, CaptureTruth]:
    """What the witness saw, by path; a path without a name is not there."""
    seen: dict[str, dict[Key, Seen]] = defaultdict(dict)
    names: dict[str, set[str]] = defaultdict(set)
    with gzip.open(folder / "truth.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            names[row["path"]].update(_all_names(row))
            one = _seen(row)
            if one is not None:
                seen[row["path"]].setdefault(one.key, one)
    return {path: CaptureTruth(seen[path], frozenset(names[path] - {""})) for path in names}


def _all_names(row: Mapping[str, Any]) -> set[str]:
    found = {dns_name(row["name"]), host_name(row["name"]), host_name(row.get("host", ""))}
    for field in ("cname", "resp_name", "ptr", "srv", "ns", "mx", "soa", "svcb"):
        found.update(dns_name(name) for name in row.get(field, ()))
    return found


def _seen(row: Mapping[str, Any]) -> Seen | None:
    kind = row["proto"]
    if row.get("decrypted"):
        return None
    if kind in ("dns", "dns-tcp"):
        signal = "dns-answer" if row["response"] else "dns-query"
    elif kind in SIGNALS:
        signal = SIGNALS[kind]
    else:
        return None
    name = host_name(row["name"]) if signal.startswith("http") else dns_name(row["name"])
    if not name:
        return None
    client = row["dst"] if signal in TO_CLIENT else row["src"]
    inside = not row.get("all_src") and netwatch_reads(row["encaps"])
    return Seen(Key(signal, name, client), row["frame"], row["encaps"], inside)


def netwatch_reads(encapsulation: str) -> bool:
    """Whether these layers are ones that netwatch reads today."""
    layers = encapsulation.split(":")
    last = max((i for i, layer in enumerate(layers) if layer in ("tcp", "udp")), default=-1)
    below, above = layers[: last + 1], layers[last + 1 :]
    once = below.count("ip") + below.count("ipv6") == 1 and below.count("tcp") + below.count("udp")
    return once == 1 and LAYERS.issuperset(below) and ABOVE.isdisjoint(above)
