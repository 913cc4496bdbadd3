"""What lines say, as sightings, and everybody whom they show."""

from log_samples import new_entries

from netwatch.limits import CLIENT_SLOTS
from netwatch.logs.entries import Ends, Entries
from netwatch.model import HttpFields, Signal

HOUR = 3_600_000_000_000
PC, PC2, DC = b"\x0a\0\0\1", b"\x0a\0\0\2", b"\x0a\0\0\x35"
PUBLIC = bytes((8, 8, 8, 8))
NAME = b"dnl-03.geo.kaspersky.com"


def ends(time_ns: int = HOUR, client: bytes = PC, server: bytes = DC) -> Ends:
    return Ends(time_ns=time_ns, client=client, server=server, server_port=53)


def test_names_that_match_nothing_leave_nothing_but_counters() -> None:
    entries = new_entries(names=False)
    entries.asked(ends(), b"a.test", 1)
    entries.asked(ends(), NAME, 1)
    assert len(entries.found) == 1
    (client,) = entries.clients()
    assert (client.questions, client.questions_matched) == (2, 1)


def test_only_what_lies_in_the_span() -> None:
    entries = new_entries(HOUR, 2 * HOUR)
    for time_ns in (HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR):
        entries.asked(ends(time_ns), NAME)
    assert [s.time_ns for s in entries.found] == [HOUR, 2 * HOUR - 1]
    assert (entries.coverage.first_ns, entries.coverage.last_ns) == (HOUR, 2 * HOUR - 1)


def test_who_answers_is_a_resolver() -> None:
    entries = new_entries()
    for client in (PC, PC2):
        entries.answered(ends(client=client), NAME, 1, answers=(bytes(4),))
    server = next(one for one in entries.clients() if one.address == DC)
    assert server.answers_served == 2
    assert server.clients_served.bit_count() == 2
    assert all(s.two_way and s.blocked for s in entries.found)


def test_only_public_servers_count_as_connections() -> None:
    entries = new_entries()
    entries.said(ends(server=PUBLIC), Signal.TLS_SNI, NAME, two_way=True)
    entries.said(ends(), Signal.TLS_SNI, NAME, two_way=True)
    entries.connected(ends(server=PUBLIC), answered=True)
    entries.connected(ends(server=b""), answered=True)
    entries.asked(ends(server=PUBLIC), NAME)
    assert [(c.connections, c.questions_public) for c in entries.clients()] == [(2, 1)]


def test_requests_to_a_proxy_make_it_one() -> None:
    entries = new_entries()
    http = HttpFields(method=b"CONNECT", target=b"a.test:443", user_agent=b"Mozilla/5.0")
    entries.said(ends(), Signal.HTTP_CONNECT, b"a.test", two_way=True, http=http)
    assert [c.proxied for c in entries.clients()] == [0, 1]
    assert entries.found[0].browser


def test_a_path_counts_whatever_the_host() -> None:
    entries = new_entries()
    path = b"http://192.0.2.1/index/u0607g.xml?x"
    http = HttpFields(method=b"GET", target=path)
    entries.said(ends(), Signal.HTTP_ABSOLUTE, b"192.0.2.1", two_way=True, http=http)
    assert [s.signal for s in entries.found] == [Signal.HTTP_PATH]
    assert entries.found[0].name == b""


def test_hours_go_both_ways() -> None:
    entries = new_entries()
    for hour in (50, 52, 49, 400):
        entries.asked(ends(hour * HOUR), NAME)
    (client,) = entries.clients()
    assert client.hours == 0b1011
    assert (client.first_ns, client.last_ns) == (49 * HOUR, 400 * HOUR)


def test_the_table_of_clients_is_bounded() -> None:
    entries = new_entries(names=False)
    flood(entries, CLIENT_SLOTS + 10)
    assert len(entries.clients()) == CLIENT_SLOTS
    assert entries.coverage.clients_evicted == 10
    entries.asked(ends(client=b"\x0b\xff\xff\xff"), NAME)
    assert len(entries.found) == 1, "names are found all the same"


def flood(entries: Entries, number: int) -> None:
    for client in range(number):
        one = Ends(time_ns=HOUR, client=(0x0A000000 + client).to_bytes(4, "big"))
        entries.asked(one, b"a.test")
