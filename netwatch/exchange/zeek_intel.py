"""Zeek's intelligence framework: a table of tab-separated columns, exact names only."""

import re
from collections.abc import Iterator

from netwatch.exchange.choice import NameList, about, preface, unsaid_patterns
from netwatch.signature import Signature

_FIELDS = ("indicator", "indicator_type", "meta.source", "meta.desc", "meta.url")


def lines(names: NameList, *_options: object) -> Iterator[str]:
    """The list for `Intel::read_files`; lines with # before the header are comments."""
    unsaid = unsaid_patterns(names, below=True)
    for text in preface(names, "zeek-intel", unsaid, ["load it with Intel::read_files"]):
        yield f"# {text}"
    yield "\t".join(("#fields", *_FIELDS))
    for listed in names.chosen:
        meta = (about(listed.signature), source_url(listed.signature) or "-")
        for name in (*listed.exact, *listed.written):
            yield "\t".join((name, "Intel::DOMAIN", "netwatch", *meta))


def source_url(signature: Signature) -> str:
    """The first reference that is an address in the web; empty if none is."""
    for reference in signature.references:
        found = re.match(r"https?://[!-~]+", reference)
        if found:
            return found[0]
    return ""
