"""DNS messages as built, read by dpkt; HTTP heads as they should be."""

import dpkt
import pytest

from netwatch.names import name_wire
from netwatch.selftest import messages
from netwatch.selftest.messages import Record, addresses, alias, answer, question

NAME = name_wire("ds.kaspersky.com")


def test_a_question() -> None:
    read = dpkt.dns.DNS(question(NAME, "AAAA", 7))
    assert (read.id, read.rd, len(read.qd)) == (7, 1, 1)
    assert (read.qd[0].name, read.qd[0].type) == ("ds.kaspersky.com", 28)
    assert dpkt.dns.DNS(question(NAME, "A", 7, recursion=False)).rd == 0


def test_an_answer_with_an_alias() -> None:
    found = alias("ksn-ds.geoksn.kaspersky.com", "203.0.113.1", "2001:db8::1")
    read = dpkt.dns.DNS(answer(NAME, "A", 8, found))
    assert [record.type for record in read.an] == [5, 1, 28]
    assert read.an[0].name == "ds.kaspersky.com"
    assert read.an[0].cname == read.an[1].name == "ksn-ds.geoksn.kaspersky.com"
    assert read.an[1].ip == bytes((203, 0, 113, 1))
    assert (read.qr, read.ra, read.rcode) == (1, 1, 0)


def test_an_answer_without_any() -> None:
    read = dpkt.dns.DNS(answer(NAME, "A", 9, rcode=messages.NXDOMAIN))
    assert (read.rcode, read.an) == (3, [])


def test_an_announcement_has_no_question() -> None:
    read = dpkt.dns.DNS(messages.announcement(name_wire("a.local"), *addresses("10.0.0.1")))
    assert (read.qd, read.an[0].name, read.an[0].ip) == ([], "a.local", b"\x0a\0\0\x01")


def test_other_records_are_as_they_were_given() -> None:
    read = dpkt.dns.DNS(answer(NAME, "TXT", 1, (Record("TXT", b"\x02ab"),)))
    assert read.an[0].rdata == b"\x02ab"


def test_messages_for_tcp_have_their_lengths() -> None:
    assert messages.for_tcp(b"abc", b"") == b"\0\x03abc\0\0"


def test_http() -> None:
    assert messages.request("/a", "b", method="POST", fields=["C: d"]) == (
        b"POST /a HTTP/1.1\r\nHost: b\r\nC: d\r\n\r\n"
    )
    assert messages.request("http://b/") == b"GET http://b/ HTTP/1.1\r\n\r\n"
    read = dpkt.http.Response(messages.response(b"KLZF", kind="a/b"))
    assert (read.status, read.body, read.headers["content-type"]) == ("200", b"KLZF", "a/b")


def test_control_a_record_of_an_unknown_kind() -> None:
    with pytest.raises(KeyError):
        question(NAME, "LOC", 1)
