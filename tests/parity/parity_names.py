"""Names as the witness prints them, so that ours and its can be compared as one text.

tshark joins labels with dots and escapes neither dots nor backslashes; octets that are valid UTF-8
stand as they are, runs of others become one U+FFFD, controls become `\\ooo` in octal or `\\t`,
`\\n`, `\\r`. That cannot be undone, so our labels are printed the same way.
"""

import re
from typing import Final

NOT_NAMES: Final = frozenset(
    {
        "",
        "<Root>",
        "<Name too long>",
        "<Name contains a pointer that loops>",
        "<Unknown extended label>",
    }
)
"""What stands in the place of a name: the root, which is no name to us, and complaints."""

SHORT_ESCAPES: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
UPPER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def lower(text: str) -> str:
    """ASCII letters only, as in DNS (RFC 4343); `str.lower` would also change others."""
    return text.translate(UPPER)


def witness_text(labels: list[bytes]) -> str:
    """How tshark prints these labels, in lower case."""
    text = b".".join(labels).decode("utf-8", errors="replace")
    text = re.sub("\ufffd+", "\ufffd", text)
    return lower("".join(_character(character) for character in text))


def _character(character: str) -> str:
    if " " <= character != "\x7f":
        return character
    return SHORT_ESCAPES.get(character) or f"\\{ord(character):03o}"


def labels_of(text: str) -> list[bytes]:
    """The labels of a name in master-file form (RFC 1035 section 5.1), as `netwatch` prints it."""
    labels = [bytearray()]
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == ".":
            labels.append(bytearray())
        elif character != "\\":
            labels[-1] += character.encode("ascii")
        elif text[position].isdigit():
            labels[-1].append(int(text[position : position + 3]))
            position += 3
        else:
            labels[-1] += text[position].encode("ascii")
            position += 1
    return [bytes(label) for label in labels] if text else []


def dns_name(text: str) -> str:
    """The witness's DNS, TLS or certificate name, comparable; empty where it is none."""
    if text in NOT_NAMES:
        return ""
    return lower(re.sub("\ufffd+", "\ufffd", text)).rstrip(".")


def host_name(text: str) -> str:
    """The name in the witness's Host, absolute URI or CONNECT target; empty where there is none.

    Ours come without scheme, user, path, port and the brackets of an address.
    """
    text = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text, flags=re.IGNORECASE)
    authority = re.split(r"[/?#]", text, maxsplit=1)[0].rpartition("@")[2]
    bracketed = re.fullmatch(r"\[(.*)\](:\d*)?", authority)
    if bracketed:
        return dns_name(bracketed[1])
    return dns_name(re.sub(r":\d*$", "", authority) if authority.count(":") == 1 else authority)
