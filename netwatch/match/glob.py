"""Compiled. One label of a name, or one segment of a path, against a glob.

`*` stands for any octets, also none; `?` for one; `[0-9a-f]` for one of a class. Braces were
written out before (`match.patterns`), and nothing here ever crosses a dot or a slash, because only
one label is looked at. No regular expression: the worst case is octets times length of the glob.
"""

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from netwatch.limits import BIT_61

ONE: Final = 256
ANY: Final = 257
CLASS: Final = 512
"""CLASS + n: one octet of class n. Below 256: that octet."""
CLASS_WORDS: Final = 8
"""Words of 32 bits in the bitmap of a class."""

_STAR: Final = 0x2A
_QUESTION: Final = 0x3F
_OPEN: Final = 0x5B
_CLOSE: Final = 0x5D
_HYPHEN: Final = 0x2D


class GlobTable:
    """Globs, each under its number."""

    def __init__(self) -> None:
        self.count: i64 = 0
        self.starts: vec[i64] = vec[i64]([i64(0)])
        self.steps: vec[i64] = vec[i64]()
        self.classes: vec[i64] = vec[i64]()

    def add(self, glob: bytes) -> i64:
        """Take in one checked glob; give its number."""
        position: i64 = 0
        while position < len(glob):
            octet = i64(glob[position])
            position += 1
            if octet == _STAR:
                self.steps = append(self.steps, i64(ANY))
            elif octet == _QUESTION:
                self.steps = append(self.steps, i64(ONE))
            elif octet == _OPEN:
                self.steps = append(self.steps, i64(CLASS + len(self.classes) // CLASS_WORDS))
                position = self._add_class(glob, position)
            else:
                self.steps = append(self.steps, octet)
        self.starts = append(self.starts, i64(len(self.steps)))
        self.count += 1
        return self.count - 1

    def _add_class(self, glob: bytes, position: i64) -> i64:
        """Take in the class that begins at `position`; give the position behind its bracket."""
        base: i64 = len(self.classes)
        word: i64 = 0
        while word < CLASS_WORDS:
            self.classes = append(self.classes, i64(0))
            word += 1
        while position < len(glob) and i64(glob[position]) != _CLOSE:
            first = i64(glob[position])
            last = first
            if position + 2 < len(glob) and i64(glob[position + 1]) == _HYPHEN:
                if i64(glob[position + 2]) != _CLOSE:
                    last = i64(glob[position + 2])
                    position += 2
            position += 1
            while first <= last:
                self.classes[base + (first >> 5)] |= BIT_61 >> (61 - (first & 31))
                first += 1
        return position + 1

    def matches(self, number: i64, data: bytes, start: i64, end: i64, fold: bool) -> bool:
        """Tell whether all of data[start:end] fits; `fold`: capitals (ASCII) are small letters."""
        steps = self.steps
        step = self.starts[number]
        stop = self.starts[number + 1]
        position = start
        retry: i64 = -1
        retry_step: i64 = 0
        while position < end:
            if step < stop:
                if steps[step] == ANY:
                    # Let it stand for nothing; if that fails, for one octet more, and so on.
                    step += 1
                    retry = position
                    retry_step = step
                    continue
                octet = i64(data[position])
                if fold and 0x41 <= octet <= 0x5A:
                    octet |= 0x20
                if self._fits(steps[step], octet):
                    step += 1
                    position += 1
                    continue
            if retry < 0:
                return False
            retry += 1
            position = retry
            step = retry_step
        while step < stop and steps[step] == ANY:
            step += 1
        return step == stop

    def _fits(self, step: i64, octet: i64) -> bool:
        if step < 256:
            return step == octet
        if step == ONE:
            return True
        word = self.classes[(step - CLASS) * CLASS_WORDS + (octet >> 5)]
        return (word >> (octet & 31)) & 1 == 1
