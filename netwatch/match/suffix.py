"""Compiled. Names (or paths) by their last label, then the one before it, and so on.

The patterns are a tree whose edges are labels, from the right: `com`, `kaspersky`, `upd`. The
children of all nodes lie in one hash table, so a step costs the same however many there are. Edges
with a glob are tried one by one; where a node has any, all ways are walked and the best rank wins.
Ranks come from outside: a higher one is more specific.

Before all that stands a sieve on the last two labels, which are plain in every name: their lengths
and three of their octets are one bit of a table that is nearly empty, so `www.example.com` costs a
few loads and one multiplication.

A hit is compared octet by octet, so a collision of hashes can cost time but never claim a name; and
because nothing from the wire is ever put into the table, no one can make its chains longer.
"""

from typing import Final

from librt.strings import read_i32_be
from librt.vecs import append, vec
from mypy_extensions import i64

from netwatch.limits import BIT_61
from netwatch.match.glob import GlobTable
from netwatch.names import Name

# One node: eight words, a cache line. All but LABEL and HASH may be 0 for "none".
FIELDS: Final = 8
HASH: Final = 0
SIEVE: Final = 1
"""Bit 0: some edge is a glob. Bit n: some child's label has n octets (62: or more)."""
BELOW: Final = 2
"""Rank + 1 of the pattern that ends here and takes every name below (`*.` in front)."""
EXACT: Final = 3
"""Rank + 1 of the pattern that is this name itself."""
LABEL: Final = 4
LENGTH: Final = 5
PARENT: Final = 6
EDGES: Final = 7
"""Where the first glob edge stands in `edges`; each is (glob, node, next)."""

LENGTH_BIT_MAX: Final = 61
SLOTS_MIN: Final = 16
DOMAIN_BITS: Final = 64
"""Bits of the domain sieve for each pattern: two strangers in a hundred pass."""
MIX: Final = 0x2545F4914F6CDD1D
MASK: Final = 0x3FFFFFFFFFFFFFFF


class SuffixTree:
    """Patterns by labels from the right. `fold`: capitals (ASCII) are small letters.

    Filled by one `build`, then only read.
    """

    def __init__(self, fold: bool) -> None:
        self.fold = fold
        self.fold_bits: i64 = 0x20202020 if fold else 0
        self.globs = GlobTable()
        self.records: vec[i64] = vec[i64]([i64(0)] * FIELDS)
        self.edges: vec[i64] = vec[i64]([i64(0)])
        self.slots: vec[i64] = vec[i64]([i64(0)] * SLOTS_MIN)
        self.slots_mask: i64 = SLOTS_MIN - 1
        self.labels: bytes = b""
        self.stack: vec[i64] = vec[i64]()
        self.domains: vec[i64] = vec[i64]([i64(0)])
        self.domains_mask: i64 = 0
        """0: no sieve, because some last label is a glob or there is only one."""
        self.nodes: i64 = 1
        self.edge_count: i64 = 0
        self._glob_nodes: dict[bytes, i64] = {}
        self._domain_keys: vec[i64] = vec[i64]()
        self._all_domains: bool = True

    def build(self, lines: bytes, separator: bytes, ranks: list[int]) -> None:
        """Take in all patterns: one a line, each ended by a line feed, with `ranks` in that order.

        Labels stand between separators (a dot or a slash); those with a `*`, `?` or `[` are globs;
        all must have been checked. Between dots `*.` in front takes the names below, not the name
        itself. Of two equal patterns the later one is kept.
        """
        self.labels = lines
        start: i64 = 0
        for rank in ranks:
            end: i64 = lines.index(b"\n", start)
            self._add(start, end, separator, i64(rank))
            start = end + 1
        self.stack = vec[i64]([i64(0)] * (2 * self.edge_count + 2))
        self._glob_nodes = {}
        self._build_domains()

    def _add(self, start: i64, end: i64, separator: bytes, rank: i64) -> None:
        """Take in the pattern that is labels[start:end], from its last label to its first."""
        lines = self.labels
        below = separator == b"." and lines.startswith(b"*.", start)
        if below:
            start += 2
        node: i64 = 0
        top: i64 = -1
        second: i64 = -1
        label_end = end
        while label_end > start:
            before: i64 = lines.rfind(separator, start, label_end)
            label = before + 1 if before >= 0 else start
            node = self._child_made(node, label, label_end)
            if top < 0:
                top = label
            elif second < 0:
                second = label
            label_end = label - 1
        self.records[node + (BELOW if below else EXACT)] = rank + 1
        # Without two plain labels at the end there can be no sieve.
        if second < 0 or _is_glob(lines, second, end):
            self._all_domains = False
        else:
            key = _domain_key(lines, second, top - 1, top, end)
            self._domain_keys = append(self._domain_keys, key)

    def _child_made(self, parent: i64, start: i64, end: i64) -> i64:
        """Give the node below `parent` of the label labels[start:end]; make it if need be."""
        node = self._child(parent, self.labels, start, end - start)
        if node != 0:
            return node
        if _is_glob(self.labels, start, end):
            return self._glob_child(parent, self.labels[start:end])
        return self._literal_child(parent, start, end - start)

    def _new_node(self, parent: i64) -> i64:
        node = self.nodes * FIELDS
        field: i64 = 0
        while field < FIELDS:
            self.records = append(self.records, i64(0))
            field += 1
        self.records[node + PARENT] = parent
        self.nodes += 1
        return node

    def _literal_child(self, parent: i64, start: i64, length: i64) -> i64:
        node = self._new_node(parent)
        self.records[node + HASH] = self._hash(parent, self.labels, start, length)
        self.records[node + LABEL] = start
        self.records[node + LENGTH] = length
        bit = length if length < LENGTH_BIT_MAX else LENGTH_BIT_MAX
        self.records[parent + SIEVE] |= BIT_61 >> (61 - bit)
        if self.nodes * 2 > self.slots_mask:
            self._widen()
        else:
            self._put(node)
        return node

    def _glob_child(self, parent: i64, glob: bytes) -> i64:
        place = b"%d %s" % (parent, glob)
        known = self._glob_nodes.get(place)
        if known is not None:
            return known
        node = self._new_node(parent)
        first: i64 = len(self.edges)
        self.edges = append(self.edges, self.globs.add(glob))
        self.edges = append(self.edges, node)
        self.edges = append(self.edges, self.records[parent + EDGES])
        self.records[parent + EDGES] = first
        self.records[parent + SIEVE] |= 1
        self.edge_count += 1
        self._glob_nodes[place] = node
        return node

    def _widen(self) -> None:
        """Double the hash table, so that at least half of it is always free."""
        size = (self.slots_mask + 1) * 2
        self.slots = vec[i64]([i64(0)] * size)
        self.slots_mask = size - 1
        node: i64 = FIELDS
        while node < self.nodes * FIELDS:
            if self.records[node + LENGTH] > 0:
                self._put(node)
            node += FIELDS

    def _put(self, node: i64) -> None:
        slot = (self.records[node + HASH] >> 30) & self.slots_mask
        while self.slots[slot] != 0:
            slot = (slot + 1) & self.slots_mask
        self.slots[slot] = node

    def _build_domains(self) -> None:
        if not self._all_domains:
            return
        size: i64 = 4096
        while size < len(self._domain_keys) * DOMAIN_BITS:
            size *= 2
        self.domains = vec[i64]([i64(0)] * (size >> 5))
        self.domains_mask = size - 1
        number: i64 = 0
        while number < len(self._domain_keys):
            bit = self._domain_keys[number] & self.domains_mask
            self.domains[bit >> 5] |= BIT_61 >> (61 - (bit & 31))
            number += 1
        self._domain_keys = vec[i64]()

    def _hash(self, parent: i64, data: bytes, start: i64, length: i64) -> i64:
        """Mix four octets at a time; folding by a bit may collide, but comparing is exact."""
        mixed = ((parent + length) * MIX) & MASK
        end = start + length
        if length < 4:
            word: i64 = 0
            while start < end:
                word = (word << 8) | i64(data[start])
                start += 1
            return ((mixed ^ (word | self.fold_bits)) * MIX) & MASK
        while start + 4 < end:
            word = (i64(read_i32_be(data, start)) & 0xFFFFFFFF) | self.fold_bits
            mixed = ((mixed ^ word) * MIX) & MASK
            mixed ^= mixed >> 31
            start += 4
        word = (i64(read_i32_be(data, end - 4)) & 0xFFFFFFFF) | self.fold_bits
        return ((mixed ^ word) * MIX) & MASK

    def _child(self, parent: i64, data: bytes, start: i64, length: i64) -> i64:
        """Give the node of the literal label data[start:start+length] below `parent`, or 0."""
        records = self.records
        slots = self.slots
        mixed = self._hash(parent, data, start, length)
        slot = (mixed >> 30) & self.slots_mask
        node = slots[slot]
        while node != 0:
            if (
                records[node + HASH] == mixed
                and records[node + PARENT] == parent
                and records[node + LENGTH] == length
                and self._same(records[node + LABEL], data, start, length)
            ):
                return node
            slot = (slot + 1) & self.slots_mask
            node = slots[slot]
        return 0

    def _same(self, place: i64, data: bytes, start: i64, length: i64) -> bool:
        labels = self.labels
        end = start + length
        while start < end:
            octet = i64(data[start])
            if self.fold and 0x41 <= octet <= 0x5A:
                octet |= 0x20
            if octet != i64(labels[place]):
                return False
            start += 1
            place += 1
        return True

    def find(self, name: Name) -> i64:
        """Give the rank of the most specific pattern that takes `name`, or -1."""
        records = self.records
        data = name.data
        starts = name.starts
        ends = name.ends
        index = name.count - 1
        if self.domains_mask != 0:
            if index < 1:
                return -1
            key = _domain_key(data, starts[index - 1], ends[index - 1], starts[index], ends[index])
            key &= self.domains_mask
            if (self.domains[key >> 5] >> (key & 31)) & 1 == 0:
                return -1
        node: i64 = 0
        best: i64 = 0
        while index >= 0:
            start = starts[index]
            length = ends[index] - start
            sieve = records[node + SIEVE]
            if sieve & 1 != 0:
                return self._search(name, node, index, best)
            if (sieve >> (length if length < LENGTH_BIT_MAX else LENGTH_BIT_MAX)) & 1 == 0:
                return best - 1
            node = self._child(node, data, start, length)
            if node == 0:
                return best - 1
            # One that ends deeper has more labels, so it is more specific than any before it.
            if index > 0 and records[node + BELOW] != 0:
                best = records[node + BELOW]
            index -= 1
        if records[node + EXACT] != 0:
            best = records[node + EXACT]
        return best - 1

    def _search(self, name: Name, node: i64, index: i64, best: i64) -> i64:
        """Go every way from `node` on that fits; `stack` holds the globs still to be followed.

        Each edge is pushed at most once, because a node of a tree is reached by one way only.
        """
        records = self.records
        edges = self.edges
        data = name.data
        depth: i64 = 0
        while True:
            rank = records[node + (BELOW if index >= 0 else EXACT)]
            if rank > best:
                best = rank
            child: i64 = 0
            if index >= 0:
                start = name.starts[index]
                end = name.ends[index]
                edge = records[node + EDGES]
                while edge != 0:
                    if self.globs.matches(edges[edge], data, start, end, self.fold):
                        self.stack[depth] = edges[edge + 1]
                        self.stack[depth + 1] = index - 1
                        depth += 2
                    edge = edges[edge + 2]
                child = self._child(node, data, start, end - start)
            if child != 0:
                node = child
                index -= 1
            elif depth > 0:
                depth -= 2
                node = self.stack[depth]
                index = self.stack[depth + 1]
            else:
                return best - 1

    def may_end(self, data: bytes, start: i64, end: i64) -> bool:
        """Tell whether some pattern's last label fits data[start:end]: the sieve for paths."""
        sieve = self.records[SIEVE]
        if sieve & 1 != 0:
            return True
        length = end - start
        if (sieve >> (length if length < LENGTH_BIT_MAX else LENGTH_BIT_MAX)) & 1 == 0:
            return False
        return self._child(0, data, start, length) != 0


def _is_glob(data: bytes, start: i64, end: i64) -> bool:
    return (
        data.find(b"*", start, end) >= 0
        or data.find(b"?", start, end) >= 0
        or data.find(b"[", start, end) >= 0
    )


def _domain_key(data: bytes, start: i64, end: i64, top: i64, top_end: i64) -> i64:
    """Mix the lengths of the last two labels with the outer octets of the one and an end's octet.

    Capitals and small letters are alike by their bit; empty labels have no octets to look at.
    """
    if start >= end or top >= top_end:
        return 0
    octets = (i64(data[start]) << 16) | (i64(data[end - 1]) << 8) | i64(data[top_end - 1])
    lengths = ((end - start) << 6) | (top_end - top)
    return ((((lengths << 24) | octets | 0x202020) * MIX) & MASK) >> 30
