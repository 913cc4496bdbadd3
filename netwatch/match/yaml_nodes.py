"""PyYAML's one address: a YAML file -> texts, lists and tables that know where they stood.

A pack needs a small part of YAML. The rest is refused, each with file:line:column: anchors and
aliases (a few lines of them unfold to gigabytes), tags, several documents, repeated keys, keys that
are no text, deep nesting. Nodes are put together here from the parser's events, in a loop and not
by recursion, so that no file can exhaust the stack.
"""

from typing import Final

import yaml

from netwatch.errors import SignatureError
from netwatch.limits import PACK_DEPTH_MAX

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NODE_EVENTS: Final = (yaml.ScalarEvent, yaml.CollectionStartEvent)
_KINDS: Final = {
    "tag:yaml.org,2002:bool": "true or false",
    "tag:yaml.org,2002:int": "a number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:null": "nothing",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:merge": "a merge key",
}


class Node:
    """Anything in the file; `line` and `column` count from 1."""

    __slots__ = ("column", "file", "line")

    def __init__(self, file: str, line: int, column: int) -> None:
        self.file = file
        self.line = line
        self.column = column

    def place(self) -> str:
        """file:line:column."""
        return f"{self.file}:{self.line}:{self.column}"

    def kind(self) -> str:
        """What it is, in the words of a message: `text`, `a list`, `a number` …."""
        raise NotImplementedError


class Text(Node):
    """One value; `quoted` if it stood in quotes or in a block, where YAML reads text only."""

    __slots__ = ("quoted", "value")

    def __init__(self, file: str, line: int, column: int, value: str, quoted: bool) -> None:
        # Not by way of super(): of these a long list has hundreds of thousands.
        self.file = file
        self.line = line
        self.column = column
        self.value = value
        self.quoted = quoted

    def kind(self) -> str:
        if self.quoted:
            return "text"
        for tag, expression in _LOADER.yaml_implicit_resolvers.get(self.value[:1], ()):
            if expression.match(self.value):
                return _KINDS.get(tag, "text")
        return "text"


class Items(Node):
    """A list."""

    __slots__ = ("nodes",)

    def __init__(self, file: str, line: int, column: int) -> None:
        super().__init__(file, line, column)
        self.nodes: list[Node] = []

    def kind(self) -> str:
        return "a list"


class Table(Node):
    """A mapping: key -> (the key's own node, the value)."""

    __slots__ = ("key", "pairs")

    def __init__(self, file: str, line: int, column: int) -> None:
        super().__init__(file, line, column)
        self.pairs: dict[str, tuple[Text, Node]] = {}
        self.key: Text | None = None

    def kind(self) -> str:
        return "a mapping"


def read_yaml(octets: bytes, file: str) -> Node:
    """The one document in `octets`, read from `file`. SignatureError at the first mistake."""
    _refuse_wrong_encoding(octets, file)
    root: list[Node] = []
    open_nodes: list[Items | Table] = []
    try:
        for event in yaml.parse(octets, Loader=_LOADER):
            if isinstance(event, _NODE_EVENTS):
                node = _node(event, file)
                if len(open_nodes) >= PACK_DEPTH_MAX:
                    message = f"found lists or mappings deeper than {PACK_DEPTH_MAX}"
                    raise SignatureError(node.place(), message)
                _put(node, open_nodes[-1] if open_nodes else None, root)
                if not isinstance(node, Text):
                    open_nodes.append(node)
            elif isinstance(event, yaml.CollectionEndEvent):
                open_nodes.pop()
            elif isinstance(event, yaml.AliasEvent):
                raise SignatureError(
                    _event_place(event, file),
                    f"found the alias '*{event.anchor}', expected text"
                    " (a name that begins with * needs quotes)",
                )
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, file) from None
    except yaml.reader.ReaderError as error:
        line, column = _line_and_column(octets, error.position)
        message = f"found a control character ({error.reason})"
        raise SignatureError(f"{file}:{line}:{column}", message) from None
    if not root:
        raise SignatureError(f"{file}:1:1", "found an empty file, expected a pack")
    return root[0]


def _event_place(event: yaml.Event, file: str) -> str:
    line, column = _line_and_column_of(event)
    return f"{file}:{line}:{column}"


def _line_and_column_of(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _node(event: yaml.ScalarEvent | yaml.CollectionStartEvent, file: str) -> Text | Items | Table:
    if event.anchor is not None:
        message = f"found the anchor '&{event.anchor}', expected none"
        raise SignatureError(_event_place(event, file), message)
    if event.tag is not None:
        message = f"found the tag {event.tag!r}, expected none"
        raise SignatureError(_event_place(event, file), message)
    line, column = _line_and_column_of(event)
    if isinstance(event, yaml.ScalarEvent):
        return Text(file, line, column, event.value, event.style not in (None, ""))
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(file, line, column)
    return Table(file, line, column)


def _put(node: Node, parent: Items | Table | None, root: list[Node]) -> None:
    """Give `node` to its parent; in a table keys and values come in turn."""
    if parent is None:
        if root:
            raise SignatureError(node.place(), "found a second document, expected one")
        root.append(node)
    elif isinstance(parent, Items):
        parent.nodes.append(node)
    elif parent.key is not None:
        parent.pairs[parent.key.value] = (parent.key, node)
        parent.key = None
    elif not isinstance(node, Text):
        raise SignatureError(node.place(), f"found {node.kind()} as a key, expected text")
    elif node.value in parent.pairs:
        first = parent.pairs[node.value][0]
        message = f"found the key {node.value!r} again, first in line {first.line}"
        raise SignatureError(node.place(), message)
    else:
        parent.key = node


def _refuse_wrong_encoding(octets: bytes, file: str) -> None:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as error:
        before = octets[: error.start].decode("utf-8")
        line, column = _line_and_column(before.encode(), len(before))
        message = f"found octet 0x{octets[error.start]:02x}, expected UTF-8"
        raise SignatureError(f"{file}:{line}:{column}", message) from None


def _line_and_column(octets: bytes, position: int) -> tuple[int, int]:
    before = octets.decode("utf-8", "replace")[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def _syntax_error(error: yaml.MarkedYAMLError, file: str) -> SignatureError:
    mark = error.problem_mark or error.context_mark
    place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else f"{file}:1:1"
    message = f"found YAML that cannot be read: {error.problem}"
    if "alias" in str(error.problem) or "alias" in str(error.context):
        message += " (a name that begins with * needs quotes)"
    return SignatureError(place, message)
