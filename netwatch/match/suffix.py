"""Compiled. Names (or paths) by their last label, then the one before it, and so on.

The patterns are a tree whose edges are labels, from the right: `com`, `kaspersky`, `upd`. The
children of all nodes lie in one hash table, so a step costs the same however many there are. Edges
with a glob are tried one by one; where a node has any, all ways are walked and the best rank wins.
Ranks come from outside: a higher one is more specific.

Before all that stands a sieve on the last two labels, which are plain in every name (`sieve.py`).

A hit is compared octet by octet, so a collision of hashes can cost time but never claim a name; and
because nothing from the wire is ever put into the table, no one can make its chains longer.
"""

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from netwatch.limits import BIT_61
from netwatch.match.glob import GlobTable
from netwatch.match.sieve import DomainSieve, label_hash
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
STAR: Final = 0x2A
DOT: Final = 0x2E
QUESTION: Final = 0x3F
BRACKET: Final = 0x5B


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
        self.sieve = DomainSieve()
        self.sieved: bool = True
        """False: some pattern has a glob among its last two labels, or has only one."""
        self.nodes: i64 = 1
        self.edge_count: i64 = 0
        self._glob_nodes: dict[bytes, i64] = {}

    def build(self, lines: bytes, separator: i64, ranks: list[int]) -> None:
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
        self.sieve.freeze()

    def _add(self, start: i64, end: i64, separator: i64, rank: i64) -> None:
        """Take in the pattern that is labels[start:end], from its last label to its first."""
        lines = self.labels
        below = (
            separator == DOT
            and end - start > 2
            and i64(lines[start]) == STAR
            and i64(lines[start + 1]) == DOT
        )
        if below:
            start += 2
        node: i64 = 0
        count: i64 = 0
        top = end
        glob = False
        label_end = end
        position = end
        while position > start:
            position -= 1
            octet = i64(lines[position])
            if octet == STAR or octet == QUESTION or octet == BRACKET:
                glob = True
            label = position
            if octet == separator:
                label += 1
            elif position > start:
                continue
            node = self._child_made(node, label, label_end, glob)
            count += 1
            if glob and count <= 2:
                self.sieved = False
            if count == 1:
                top = label
            elif count == 2:
                self.sieve.add(lines, label, label_end, top, end)
            glob = False
            label_end = position
        if count < 2:
            self.sieved = False
        self.records[node + (BELOW if below else EXACT)] = rank + 1

    def _child_made(self, parent: i64, start: i64, end: i64, glob: bool) -> i64:
        """Give the node below `parent` of the label labels[start:end]; make it if need be."""
        if glob:
            return self._glob_child(parent, self.labels[start:end])
        mixed = label_hash(parent, self.labels, start, end - start, self.fold_bits)
        node = self._known_child(mixed, parent, self.labels, start, end - start)
        if node == 0:
            node = self._literal_child(mixed, parent, start, end - start)
        return node

    def _new_node(self, parent: i64) -> i64:
        node = self.nodes * FIELDS
        field: i64 = 0
        while field < FIELDS:
            self.records = append(self.records, i64(0))
            field += 1
        self.records[node + PARENT] = parent
        self.nodes += 1
        return node

    def _literal_child(self, mixed: i64, parent: i64, start: i64, length: i64) -> i64:
        node = self._new_node(parent)
        self.records[node + HASH] = mixed
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

    def _child(self, parent: i64, data: bytes, start: i64, length: i64) -> i64:
        """Give the node of the literal label data[start:start+length] below `parent`, or 0."""
        mixed = label_hash(parent, data, start, length, self.fold_bits)
        return self._known_child(mixed, parent, data, start, length)

    def _known_child(self, mixed: i64, parent: i64, data: bytes, start: i64, length: i64) -> i64:
        records = self.records
        slots = self.slots
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
        if self.sieved:
            if index < 1:
                return -1
            start = starts[index - 1]
            if not self.sieve.passes(data, start, ends[index - 1], starts[index], ends[index]):
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
