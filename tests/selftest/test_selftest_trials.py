"""Trials: every signal is made by somebody, and nobody shares a machine or a server."""

import pytest

from netwatch.model import Signal
from netwatch.selftest.examples import Example
from netwatch.selftest.trials import Trials, buildable

EXAMPLES = [
    Example(0, "name", "ds.kaspersky.com"),
    Example(1, "path", "/index/u1313g.xml"),
    Example(2, "magic", "magic:KLZF"),
    Example(3, "issuer", "issuer:O=Kaspersky, CN=Kaspersky Root CA G3"),
    Example(4, "subject", "subject:CN=touch.kaspersky.com"),
    Example(5, "address", "37.203.128.1"),
    Example(6, "address", "2a03:2480:68::1"),
    Example(7, "port", "tcp/13000"),
    Example(8, "port", "udp/15000"),
    Example(9, "user", "user:kavdumps"),
]


def made() -> Trials:
    trials = Trials()
    for example in EXAMPLES:
        trials.add(example, every_way=True)
    return trials


def test_every_signal_is_made() -> None:
    signals = {signal for trial in made().trials for signal in trial.signals}
    every = {text for name, text in vars(Signal).items() if name.isupper()}
    assert signals == every - {Signal.NBNS}  # which no pack can have


def test_a_name_is_said_in_all_ways_only_when_told() -> None:
    trials = Trials()
    trials.add(EXAMPLES[0], every_way=False)
    assert [trial.signals[-1] for trial in trials.trials] == [Signal.TLS_SNI]


def test_every_trial_has_a_machine_of_its_own() -> None:
    clients = [trial.client for trial in made().trials]
    assert len(set(clients)) == len(clients)
    assert any(":" in client for client in clients)


def test_what_is_never_evidence_is_not_judged() -> None:
    unjudged = {trial.signals for trial in made().trials if not trial.judged}
    assert unjudged == {(Signal.MDNS,), (Signal.LLMNR,)}


def test_the_same_trials_are_the_same_frames() -> None:
    assert made().wire.shown == made().wire.shown


def test_names_of_certificates() -> None:
    assert buildable("issuer:CN=b,O=a") == (("CN", "b"), ("O", "a"))
    for text in ("issuer:", "subject:SERIALNUMBER=5", "subject:C=Nowhere"):
        if text == "issuer:":
            assert buildable(text) == ()
            continue
        with pytest.raises(ValueError, match="no certificate can be made"):
            buildable(text)
