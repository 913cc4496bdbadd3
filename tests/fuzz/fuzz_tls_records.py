"""A hello or server's flight is the same however it is cut into records; what was refused stays so.

The octets are read as they are, and once more as one handshake message in records of sizes that the
octets themselves give.
"""

from typing import Final

from invariants import alike, is_answer, prefixes

from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import TlsRecords, hello_begins
from netwatch.limits import CERTIFICATES_BYTES_MAX, CERTIFICATES_MAX
from netwatch.model import Answer

RUNS: Final = 3_200
DEPTHS: Final = ("hello", "split hello", "flight", "certificates", "flight 1.3")
reached: set[str] = set()
ALERT: Final = 21
"""Warnings before a hello are passed over; but nobody begins to read a client's stream at one."""

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Read the octets as both sides of a connection."""
    hello = alike(octets, client)
    flight = alike(octets, server)
    for cut in filter(None, prefixes(octets)):
        if octets[0] != ALERT:
            stays(client(cut, 0, len(cut)), hello)
        shorter = server(cut, 0, len(cut))
        stays(shorter, flight)
        if flight[0] == Answer.DONE or shorter[0] == Answer.NEED_MORE:
            found, all_found = shorter[2], flight[2]
            assert isinstance(found, tuple) and isinstance(all_found, tuple)
            assert all_found[: len(found)] == found, "certificates changed"
    split(octets)


def stays(shorter: Facts, longer: Facts) -> None:
    """What is refused stays refused."""
    assert isinstance(shorter[0], int) and isinstance(longer[0], int)
    assert shorter[0] >= 0 or longer[0] < 0, f"{shorter[0]} became {longer[0]}"


def client(data: bytes, start: int, end: int) -> Facts:
    """The hello in these records."""
    hello = ClientHello()
    answer = TlsRecords().client_hello(data, start, end, hello)
    assert is_answer(answer) and (answer >= 0 or not hello.has_name)
    if answer == Answer.DONE:
        reached.add("hello")
        tried = hello_begins(data, start, end)
        assert tried or hello.partial or data[start] == ALERT, "read, but never tried"
    name = hello.data[hello.name_start : hello.name_end] if hello.has_name else None
    return (answer, name, hello.partial, hello.version, hello.fingerprint())


def server(data: bytes, start: int, end: int) -> Facts:
    """The flight in these records."""
    records = TlsRecords()
    answer = records.server_flight(data, start, end)
    assert is_answer(answer) and 0 <= records.version <= 0xFFFF
    certificates = tuple(records.certificates)
    assert len(certificates) <= CERTIFICATES_MAX
    assert sum(map(len, certificates)) <= CERTIFICATES_BYTES_MAX
    assert all(der in data[start:end] for der in certificates) or len(certificates) > 0
    if answer == Answer.DONE:
        reached.add("flight")
        if certificates:
            reached.add("certificates")
        if records.version == 0x0304:
            reached.add("flight 1.3")
    return (answer, records.version, certificates)


def split(octets: bytes) -> None:
    """One message, cut into records at places that its own octets give."""
    whole = ClientHello()
    if whole.parse(octets, 0, len(octets)) != Answer.DONE or whole.partial:
        return
    step = 1 + octets[-1] % 61
    cut = b"".join(
        b"\x16\x03\x01" + len(octets[at : at + step]).to_bytes(2, "big") + octets[at : at + step]
        for at in range(0, len(octets), step)
    )
    again = client(cut, 0, len(cut))
    name = octets[whole.name_start : whole.name_end] if whole.has_name else None
    assert again == (Answer.DONE, name, False, whole.version, whole.fingerprint()), again
    reached.add("split hello")
