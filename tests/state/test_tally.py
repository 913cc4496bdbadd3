"""Counters: an anomaly is counted under its number, however it comes."""

from netwatch.model import ANOMALY_NAMES, Anomaly, Coverage
from netwatch.state.tally import ANOMALIES, Tally

RENAMED = {
    "bytes",
    "clients_evicted",
    "clients_lost",
    "encrypted",
    "flows",
    "flows_evicted",
    "gap_ns",
    "link_types",
}
"""Fields of Coverage that are counted elsewhere, or under another name."""


def test_anomalies_are_counted_by_number_and_by_answer() -> None:
    tally = Tally()
    for number in range(1, len(ANOMALY_NAMES)):
        tally.anomaly(number)
        tally.anomaly(-number)
    assert list(tally.anomalies)[1 : len(ANOMALY_NAMES)] == [2] * (len(ANOMALY_NAMES) - 1)
    assert sum(tally.anomalies) == 2 * (len(ANOMALY_NAMES) - 1)


def test_numbers_that_do_not_exist_are_not_counted() -> None:
    tally = Tally()
    for number in (ANOMALIES, 1_000_000, -ANOMALIES):
        tally.anomaly(number)
    assert sum(tally.anomalies) == 0
    assert Anomaly.BUG < ANOMALIES


def test_every_field_of_the_coverage_has_its_counter() -> None:
    tally = Tally()
    counted = {name for name in Coverage.__struct_fields__ if hasattr(tally, name)}
    assert set(Coverage.__struct_fields__) - counted == RENAMED
    assert all(getattr(tally, name) == 0 for name in counted - {"anomalies"})
