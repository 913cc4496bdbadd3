"""dnsmasq's query log, as dnsmasq 2.90 wrote it; Pi-hole's is the same with more words."""

from log_samples import Read, read_lines, read_sample

from netwatch.logs.dnsmasq import knows


def signals(read: Read) -> list[tuple[str, str, str, bool]]:
    pairs = zip(read.told(), read.found, strict=True)
    return [(told[1], told[2], told[3], sighting.blocked) for told, sighting in pairs]


WANTED = [
    ("dns-query", "dnl-03.geo.kaspersky.com", "10.20.0.7", False),
    ("dns-answer", "dnl-03.geo.kaspersky.com", "10.20.0.7", False),
    ("dns-query", "activation-v2.kaspersky.com", "10.20.0.8", False),
    ("dns-answer", "activation-v2.kaspersky.com", "10.20.0.8", True),
    ("dns-query", "x.example.org", "10.20.0.8", False),
    ("dns-answer", "x.example.org", "10.20.0.8", True),
    ("dns-query", "y.nowhere.net", "10.20.0.8", False),
]


def test_a_log_of_dnsmasq_itself() -> None:
    plain, extra = read_sample("dnsmasq-plain.log"), read_sample("dnsmasq-extra.log")
    assert signals(plain) == WANTED
    # With numbers an answer that names nothing ("config error is REFUSED") has its question too.
    assert signals(extra) == [*WANTED, ("dns-answer", "y.nowhere.net", "10.20.0.8", True)]
    assert extra.found[0].client_port == 33279
    assert plain.found[0].dns is not None
    assert plain.found[-1].dns is not None
    assert plain.found[-1].dns.qtype == 65
    assert plain.log.notes() == [
        "times without a zone were taken as UTC",
        "times without a year were taken as the last ones before the file was changed",
    ]


def test_pi_hole_and_syslog() -> None:
    read = read_lines(
        "dnsmasq",
        b"Nov 22 10:00:00 pi dnsmasq[417]: query[AAAA] a.test from 192.168.1.5",
        b"Nov 22 10:00:00 pi dnsmasq[417]: gravity blocked a.test is ::",
        b"Nov 22 10:00:01 pi sshd[5]: session opened",
        b"2026-11-22T10:00:02.5+01:00 pi dnsmasq[417]: query[type=65] b.test from fd00::5",
        b"Nov 22 10:00:03 dnsmasq[417]: cached b.test is <CNAME>",
    )
    assert signals(read) == [
        ("dns-query", "a.test", "192.168.1.5", False),
        ("dns-answer", "a.test", "192.168.1.5", True),
        ("dns-query", "b.test", "fd00::5", False),
    ]
    assert not read.log.skipped


def test_an_answer_is_for_all_who_wait_and_for_nobody_later() -> None:
    read = read_lines(
        "dnsmasq",
        b"Nov 22 10:00:00 dnsmasq[4]: query[A] a.test from 10.0.0.1",
        b"Nov 22 10:00:01 dnsmasq[4]: query[A] A.test from 10.0.0.2",
        b"Nov 22 10:00:02 dnsmasq[4]: reply a.test is 192.0.2.1",
        b"Nov 22 10:00:02 dnsmasq[4]: reply a.test is 192.0.2.2",
        b"Nov 22 10:00:03 dnsmasq[4]: query[A] c.test from 10.0.0.3",
        b"Nov 22 10:05:03 dnsmasq[4]: reply c.test is 192.0.2.2",
    )
    answers = [one for one in signals(read) if one[0] == "dns-answer"]
    assert [one[2] for one in answers] == ["10.0.0.1", "10.0.0.2"]


def test_what_cannot_be_is_told() -> None:
    read = read_lines(
        "dnsmasq",
        b"Nov 22 10:00:00 dnsmasq[4]: query[A] a.test from 10.0.0.256",
        b"Feb 30 10:00:00 dnsmasq[4]: query[A] a.test from 10.0.0.2",
        b"Nov 22 10:00:00 dnsmasq[4]: query[A] a.test to nobody",
    )
    assert (read.found, read.log.skipped) == ([], 3)
    assert read.log.notes()[-1] == "3 lines were not understood (lines 1, 2, 3)"


def test_what_is_known() -> None:
    assert knows(b"Nov 22 10:00:00 dnsmasq[4]: query[A] a.test from 10.0.0.2")
    assert not knows(b"Nov 22 10:00:00 other[4]: query[A] a.test from 10.0.0.2")
    assert not knows(b"query[A] a.test from 10.0.0.2")
