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
    "gquic": "quic-sni",
    "dtls": "dtls-sni",
    "http": "http-host",
    "http-absolute": "http-absolute",
    "http-connect": "http-connect",
    "cert-dnsname": "tls-certificate",
    "mdns": "mdns",
    "llmnr": "llmnr",
}
"""Kind of the truth -> our signal; `dns` and `dns-tcp` depend on the direction."""
COMPARED: Final = ("dns-query", "dns-answer", *dict.fromkeys(SIGNALS.values()))
TO_CLIENT: Final = frozenset({"dns-answer", "tls-certificate"})

LAYERS: Final = frozenset(
    {
        "ah",
        "arcnet",
        "ayiya",
        "capwap.data",
        "chdlc",
        "erspan",
        "eth",
        "etherip",
        "ethertype",
        "fddi",
        "fr",
        "geneve",
        "gre",
        "gtp",
        "ieee8021ad",
        "ieee8021ah",
        "ip",
        "ipv6",
        "ipv6.dstopts",
        "ipv6.fraghdr",
        "ipv6.hopopts",
        "ipv6.nxt",
        "ipv6.routing",
        "l2tp",
        "lisp",
        "llc",
        "loop",
        "mpls",
        "nflog",
        "nsh",
        "null",
        "pcap_pktdata",
        "pktap",
        "ppi",
        "ppp",
        "pppoes",
        "radiotap",
        "raw",
        "sll",
        "tcp",
        "teredo",
        "tzsp",
        "udp",
        "user_dlt",
        "vlan",
        "vntag",
        "vxlan",
        "wlan",
        "wlan_radio",
    }
)
"""What may stand around a payload down to its TCP or UDP, for netwatch to read it today."""
TRANSPORT: Final = frozenset({"tcp", "udp"})
ABOVE: Final = frozenset({"rdpudp"})
"""Layers over UDP inside which netwatch does not read TLS."""


class Key(NamedTuple):
    """What is compared."""

    signal: str
    name: str
    client: str


class Seen(NamedTuple):
    """A sighting of the witness."""

    key: Key
    frame: int
    outside: str
    """The layers that netwatch does not read today; empty where it reads all of them."""


class CaptureTruth(NamedTuple):
    """All that the witness says of one capture."""

    seen: dict[Key, Seen]
    """The first sighting of each, in an encapsulation that netwatch reads if there is one."""
    aliases: frozenset[tuple[str, str]]
    """(name, client): names that a DNS answer told beside the one that was asked for."""


NOTHING: Final = CaptureTruth({}, frozenset())


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
    aliases: dict[str, set[tuple[str, str]]] = defaultdict(set)
    with gzip.open(folder / "truth.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            for field in ("cname", "resp_name"):
                aliases[row["path"]].update((dns_name(n), row["dst"]) for n in row.get(field, ()))
            one = _seen(row)
            if one is not None:
                known = seen[row["path"]].setdefault(one.key, one)
                if known.outside and not one.outside:
                    seen[row["path"]][one.key] = one
    return {path: CaptureTruth(seen[path], frozenset(aliases[path])) for path in aliases | seen}


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
    outside = outside_layers(row["encaps"])
    return Seen(Key(signal, name, client), row["frame"], outside)


def outside_layers(encapsulation: str) -> str:
    """The layers of this stack that netwatch does not read today, outermost first; empty: none."""
    layers = encapsulation.split(":")
    last = max((i for i, layer in enumerate(layers) if layer in TRANSPORT), default=-1)
    below, above = layers[: last + 1], layers[last + 1 :]
    foreign = [layer for layer in below if layer not in LAYERS]
    foreign += [layer for layer in above if layer in ABOVE]
    return ", ".join(dict.fromkeys(foreign))
