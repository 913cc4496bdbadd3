"""SVCB and HTTPS records (RFC 9460).

Invariant: a record gives its target, its address hints and whether it carries ECHConfigs; what is
wrong with one parameter's value costs none of the others.
"""

import pytest
from dns_messages import header, parse, question, record

from netwatch.model import Anomaly, Answer
from netwatch.names import name_wire

# Two ECHConfigs: one of RFC 9849 (0xfe0d, public name `o.example`), one of an older draft.
ECH_CONFIG = bytes.fromhex(
    "fe0d 0038 07 0020 0020" + "5a" * 32 + "0004 0001 0001 00 09 6f2e6578616d706c65 0000"
)
ECH_LIST = (len(ECH_CONFIG) + 6).to_bytes(2, "big") + ECH_CONFIG + b"\xfe\x0a\0\2xx"


def service(
    parameters: bytes, *, priority: int = 1, target: bytes = b"\0", kind: int = 65
) -> bytes:
    """An answer with one HTTPS or SVCB record (RFC 9460 section 2.2)."""
    rdata = priority.to_bytes(2, "big") + target + parameters
    head = header(1, 1, flags=0x8180) + question("a.example", kind)
    return head + record(b"\xc0\x0c", kind, rdata)


def parameter(key: int, value: bytes) -> bytes:
    return key.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


@pytest.mark.parametrize("kind", [64, 65])
def test_service_binding_gives_target_and_hints(kind: int) -> None:
    hints = b"\x00\x01\x00\x03\x02h2\x00\x04\x00\x08\x01\x02\x03\x04\x05\x06\x07\x08"
    hints += b"\x00\x06\x00\x10" + bytes(range(16))
    data = service(hints, target=b"\3svc\0", kind=kind)
    answer, message = parse(data, strict=True)
    assert answer == Answer.DONE
    assert message.next_record() == Answer.DONE
    assert message.target.wire() == b"\x03svc"
    assert data[message.hint4_start : message.hint4_end] == bytes(range(1, 9))
    assert data[message.hint6_start : message.hint6_end] == bytes(range(16))
    assert message.next_record() == Answer.NEED_MORE
    assert message.hint4_start == message.hint4_end


def test_service_binding_whose_parameters_run_over() -> None:
    rdata = b"\x00\x01\x00\x00\x04\x00\x09\x01\x02\x03\x04"
    data = header(0, 1, flags=0x8180) + record(b"\x00", 65, rdata)
    _, message = parse(data)
    assert message.next_record() == -Anomaly.DNS_HEADER
    assert message.hint4_start == message.hint4_end


@pytest.mark.parametrize("kind", [64, 65])
def test_service_binding_with_ech(kind: int) -> None:
    given = parameter(1, b"\2h2") + parameter(5, ECH_LIST) + parameter(6, bytes(16))
    data = service(given, kind=kind)
    for strict in (False, True):
        answer, message = parse(data, strict)
        assert (answer, message.next_record()) == (Answer.DONE, Answer.DONE)
        assert message.ech
        assert message.hint6_end - message.hint6_start == 16
        assert message.target.count == 0  # "." stands for the name that was asked for
        assert message.next_record() == Answer.NEED_MORE
        assert not message.ech


def test_ech_at_every_truncation_and_with_trailing_octets() -> None:
    """Of the record's data: a record that is not whole is none."""
    data = service(parameter(5, ECH_LIST))
    for size in range(len(data)):
        _, message = parse(data[:size])
        assert message.next_record() == Answer.NEED_MORE
        assert not message.ech
    _, message = parse(data + b"more")
    assert message.next_record() == Answer.DONE
    assert message.ech


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\0",
        b"\0\0",
        b"\0\4\xfe\x0d\0\1",
        b"\0\5\xfe\x0d\0\0",
        b"\0\3\xfe\x0d\0\0",
        b"\0\3\xfe\x0d\0",
        *(ECH_LIST[:size] for size in range(len(ECH_LIST))),
        ECH_LIST + b"\0",
        ECH_LIST[2:],
    ],
)
def test_what_is_no_list_of_ech_configs(value: bytes) -> None:
    """It costs the record nothing: what else it says still stands."""
    _, message = parse(service(parameter(4, b"\1\2\3\4") + parameter(5, value)))
    assert message.next_record() == Answer.DONE
    assert not message.ech
    assert message.hint4_end - message.hint4_start == 4


def test_the_shortest_list_of_ech_configs() -> None:
    _, message = parse(service(parameter(5, b"\0\4\xfe\x0d\0\0")))
    assert message.next_record() == Answer.DONE
    assert message.ech


def test_ech_under_another_key_is_none() -> None:
    _, message = parse(service(parameter(7, ECH_LIST)))
    assert message.next_record() == Answer.DONE
    assert not message.ech


def test_a_service_alias_has_no_parameters() -> None:
    """Priority 0: whatever stands behind the target is to be ignored (RFC 9460 section 2.4.2)."""
    given = parameter(4, b"\1\2\3\4") + parameter(5, ECH_LIST)
    for more in (given, given[:-1], b"", b"\0"):
        _, message = parse(service(more, priority=0, target=b"\3cdn\xc0\x0c"))
        assert message.next_record() == Answer.DONE
        assert message.target.wire() == name_wire("cdn.a.example")
        assert not message.ech
        assert message.hint4_start == message.hint4_end
