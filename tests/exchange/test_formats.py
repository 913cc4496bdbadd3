"""Formats are told by what is in a list."""

import pytest

from netwatch.errors import UsageError
from netwatch.exchange.formats import EXPORTS, IMPORTS, format_of, read_list


@pytest.mark.parametrize(
    ("octets", "form"),
    [
        (b"", "plain"),
        (b"# hosts 0.0.0.0 a.example.com\nb.example.com\n", "plain"),
        (b"b.example.com\n*.c.example.com\n", "plain"),
        (b"# x\r\n\r\n0.0.0.0 a.example.com\r\n", "hosts"),
        (b"::1 localhost\n", "hosts"),
        (b"127.0.0.1\tlocalhost\na.example.com\n", "hosts"),
        (b"\xef\xbb\xbf127.0.0.1 localhost\n", "hosts"),
        (b"$TTL 60\n@ SOA a b 1 2 3 4 5\n", "rpz"),
        (b"; c\na.example.com CNAME .\n", "rpz"),
        (b"a.example.com IN A 192.0.2.1\n", "rpz"),
        (b' {"Event": {}}', "misp"),
        (b"[]", "misp"),
        (b"\xef\xbb\xbf[]", "misp"),
        (b'uuid,"type",value\n', "misp"),
    ],
)
def test_told_by_content(octets: bytes, form: str) -> None:
    assert format_of(octets) == form


def test_the_tables() -> None:
    assert list(EXPORTS) == ["suricata", "zeek-intel", "hosts", "rpz", "adblock", "stix"]
    assert list(IMPORTS) == ["plain", "hosts", "rpz", "misp"]


def test_a_list_without_names_is_refused() -> None:
    assert list(read_list(b"a.example.com\nx\n", "plain").names) == ["a.example.com"]
    with pytest.raises(UsageError, match=r"found no name in this list, read as plain$"):
        read_list(b"# nothing\n", "plain")
    with pytest.raises(UsageError, match=r"read as hosts; line 2: found 'a.example.com', expected"):
        read_list(b"\na.example.com\n", "hosts")
