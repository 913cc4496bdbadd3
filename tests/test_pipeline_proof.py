"""What one device said, and what it proves: asked, followed, answered, blocked, repeated."""

from collections.abc import Sequence

import pytest
from made_networks import (
    DC_MAC,
    GATEWAY,
    GOOGLE,
    OTHER,
    OTHER_MAC,
    PC,
    PC_MAC,
    START,
    Net,
    device,
    judged,
    real_machine,
    verdict,
)

from netwatch.model import (
    Client,
    DnsFields,
    HttpFields,
    Signal,
)


def test_the_real_machine_runs_it() -> None:
    net = Net()
    real_machine(net)
    found = judged(net)
    one = device(found)
    assert (one.verdict, one.cap, one.role) == ("running", None, "endpoint")
    assert one.products == ["Kaspersky product"]
    assert one.purposes == ["telemetry", "connectivity"]
    assert one.reasons[0] == "asked for and connected to ds.kaspersky.com (telemetry)"
    assert "12 of the 12 questions that it sent to public DNS" not in one.reasons
    assert {e.signature for e in one.evidence} == {"ds", "geoksn", "ksn-st", "touch", "ca"}
    assert all(e.seat == "endpoint" and e.followed for e in one.evidence)
    assert one.id.startswith("mac:")
    assert [d.verdict for d in found.devices] == ["running"]
    assert found.unattributed == []


def test_one_question_with_an_alias_is_one_signature() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3, questions=2)
    net.ask(1, "ds.kaspersky.com", alias="ksn-ds.geoksn.kaspersky.com")
    net.say(1.1, Signal.FLOW_TO_ANSWERED_ADDRESS, "ds.kaspersky.com", PC, PC_MAC)
    assert verdict(judged(net)) == ("likely", None)


def test_an_alias_alone_stands_for_its_question() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3, questions=2)
    net.ask(1, "some.cdn.example", alias="ksn-ds.geoksn.kaspersky.com")
    assert verdict(judged(net)) == ("possible", "merely-asked")


def test_a_strong_alias_does_not_lift_a_weak_question() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3, questions=2)
    net.ask(1, "www.kaspersky.com", alias="ksn-ds.geoksn.kaspersky.com")
    net.hello(1.1, "www.kaspersky.com", browser=True)
    assert verdict(judged(net)) == ("contacted", None)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0, 3_600, 7_200), "running"),
        ((0, 1_800, 3_600), "likely"),  # too soon
        ((0, 10, 9_000), "likely"),  # two half hours only
    ],
)
def test_one_signature_takes_three_half_hours_over_two_hours(
    seconds: Sequence[int], expected: str
) -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3)
    for at in seconds:
        net.hello(at, "dc1-st.ksn.kaspersky-labs.com")
    assert verdict(judged(net))[0] == expected


def test_merely_asked_is_possible() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "ds.kaspersky.com")
    net.ask(2, "dc1-st.ksn.kaspersky-labs.com")
    found = judged(net)
    assert verdict(found) == ("possible", "merely-asked")
    assert device(found).reasons[-1].startswith("not more, because it was not seen connecting")


def test_merely_asked_twice_is_likely_where_connections_cannot_be_seen() -> None:
    net = Net()
    net.host(PC, PC_MAC, questions=9)
    net.host(OTHER, OTHER_MAC, questions=9)
    net.ask(1, "ds.kaspersky.com")
    assert verdict(judged(net)) == ("possible", "merely-asked")  # one signature only
    net.ask(2, "dc1-st.ksn.kaspersky-labs.com")
    assert verdict(judged(net)) == ("likely", "merely-asked")
    net.host(OTHER, OTHER_MAC, questions=9, connections=4)  # so connections can be seen here
    assert verdict(judged(net)) == ("possible", "merely-asked")


def test_a_blocked_answer_counts_as_followed() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "dc1-st.ksn.kaspersky-labs.com", blocked=True)
    found = judged(net)
    assert verdict(found) == ("likely", "merely-blocked")
    assert device(found).reasons[0].endswith("and was blocked")


def test_two_look_ups_behind_a_blocker_prove_no_product() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "dc1-st.ksn.kaspersky-labs.com", blocked=True)
    net.ask(60, "touch.kaspersky.com", blocked=True)
    found = judged(net)
    assert verdict(found) == ("likely", "merely-blocked")
    assert "a person who looks the names up" in device(found).reasons[-1]


def test_what_is_blocked_again_and_again_is_a_product() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    for at in (1, 3_600):
        net.ask(at, "touch.kaspersky.com", blocked=True)
    assert verdict(judged(net)) == ("likely", "merely-blocked")
    net.ask(7_300, "touch.kaspersky.com", blocked=True)
    assert verdict(judged(net)) == ("running", None)


def test_what_is_blocked_does_not_add_to_what_was_tried() -> None:
    """Somebody who looks up one name and tries another leaves exactly this."""
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "dc1-st.ksn.kaspersky-labs.com", blocked=True)
    net.hello(2, "touch.kaspersky.com")
    assert verdict(judged(net)) == ("likely", None)
    net.hello(3, "ksn-crypto-file-geo.kaspersky-labs.com")
    assert verdict(judged(net)) == ("running", None)


def test_a_tool_that_names_itself_proves_little() -> None:
    """curl and dig of an administrator; the same requests of another program prove more."""
    for agent, expected in ((b"curl/8.5.0", ("possible", "tool")), (b"", ("running", None))):
        net = Net()
        net.host(PC, PC_MAC, connections=9, questions=9)
        for at, name in ((1, "touch.kaspersky.com"), (9, "dc1-st.ksn.kaspersky-labs.com")):
            net.ask(at, name)
            said = {"http": HttpFields(user_agent=agent), "two_way": True}
            net.say(at + 1, Signal.HTTP_HOST, name, PC, PC_MAC, **said)
        found = judged(net)
        assert verdict(found) == expected
    assert "tool" not in device(found).reasons[-1]


def test_a_refused_connection_is_an_attempt() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "touch.kaspersky.com")
    flow = net.say(2, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    net.reply(flow, "refused")
    found = judged(net)
    assert verdict(found) == ("likely", None)
    assert device(found).reasons[0] == (
        "asked for and tried to connect to touch.kaspersky.com (connectivity), and was blocked"
    )


def test_following_has_its_time() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "touch.kaspersky.com")
    net.say(75, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    late = [e for e in device(judged(net)).evidence if e.signal == Signal.DNS_QUERY]
    assert not any(e.followed for e in late)


def test_an_address_alone_is_possible() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    flow = net.say(1, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    net.reply(flow)
    assert verdict(judged(net)) == ("possible", "address-only")


@pytest.mark.parametrize("why", ["shared", "other-name"])
def test_an_address_of_others_proves_nothing(why: str) -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=2)
    net.ask(1, "touch.kaspersky.com")
    flow = net.say(2, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    if why == "shared":
        flow.shared = True
    else:
        net.reply(flow, "other-name")
    found = judged(net)
    assert verdict(found) == ("possible", "merely-asked")
    assert sum(found.coverage.set_aside.values()) == 1


def test_a_feed_of_one_direction_is_capped_and_marked() -> None:
    net = Net()
    net.both = False
    net.host(PC, PC_MAC, connections=20)
    for at, name in ((1, "touch.kaspersky.com"), (2, "dc1-st.ksn.kaspersky-labs.com")):
        net.reply(net.hello(at, name, two_way=False), "acked")
    found = judged(net)
    assert verdict(found) == ("likely", "one-way")
    assert found.coverage.seat == "one-direction"
    net.both = True
    assert verdict(judged(net)) == ("possible", "one-way")


def test_a_forged_hello_inside_a_feed_of_one_direction() -> None:
    net = Net()
    net.both = False
    net.host(PC, PC_MAC, connections=20)
    for at in (1, 4_000, 8_000):
        net.hello(at, "touch.kaspersky.com", two_way=False)
    assert verdict(judged(net)) == ("possible", "one-way")


def test_cache_snooping_is_no_evidence() -> None:
    net = Net()
    net.host(PC, PC_MAC, questions=9)
    net.ask(1, "touch.kaspersky.com", recursion_desired=False)
    found = judged(net)
    assert verdict(found)[0] == "unknown"
    assert found.coverage.set_aside == {"non-recursive": 4}


def test_a_question_in_the_name_of_another_is_one_way() -> None:
    """The victim's resolver answers the victim, and that is not what the victim asked."""
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.host(OTHER, OTHER_MAC, connections=9)
    for at, name in ((1, "touch.kaspersky.com"), (2, "dc1-st.ksn.kaspersky-labs.com")):
        dns = {"server": GATEWAY, "server_port": 53, "transport": 17, "flow": 0}
        net.say(at, Signal.DNS_QUERY, name, PC, OTHER_MAC, **dns)
        net.say(at + 0.01, Signal.DNS_ANSWER, name, PC, PC_MAC, dns=DnsFields(rcode=0), **dns)
        flow = net.say(at + 0.1, Signal.FLOW_TO_ANSWERED_ADDRESS, name, PC, OTHER_MAC)
        net.reply(flow)
    assert verdict(judged(net)) == ("possible", "one-way")


def test_behind_a_router_dns_alone_is_never_two_way() -> None:
    net = Net()
    inner = bytes((10, 1, 1, 1))
    for n in range(4):
        net.clients[bytes((10, 1, 1, n))] = Client(
            address=bytes((10, 1, 1, n)), mac=DC_MAC, questions=4, first_ns=START, last_ns=START
        )
    net.ask(1, "touch.kaspersky.com", inner, DC_MAC, server=GOOGLE)
    net.say(1.1, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", inner, DC_MAC)
    found = judged(net)
    assert verdict(found, "10.1.1.1") == ("possible", "one-way")
    one = device(found, "10.1.1.1")
    assert one.id.startswith("ip:")
    assert one.macs == []
    assert {e.seat for e in one.evidence} == {"router-mac"}
    net.hello(1.2, "touch.kaspersky.com", inner, DC_MAC)
    assert verdict(judged(net), "10.1.1.1") == ("likely", None)


def test_pieces_of_an_address_do_not_add_up_over_a_day() -> None:
    net = Net()
    inner = bytes((10, 1, 1, 1))
    net.hello(0, "touch.kaspersky.com", inner, b"")
    net.hello(12 * 3_600, "dc1-st.ksn.kaspersky-labs.com", inner, b"")
    assert verdict(judged(net), "10.1.1.1") == ("likely", None)
    net.hello(13 * 3_600, "touch.kaspersky.com", inner, b"")
    found = judged(net)
    assert verdict(found, "10.1.1.1") == ("running", None)
    assert "known by its address only" in device(found, "10.1.1.1").reasons[-1]
