"""Made networks with a known truth, before the judge: a few seeds of each (`make simulate`: all).

Nobody is accused who runs no product, and who runs one that could be seen twice is found. Every
rule is then tried with something weakened, where it must fail: a rule that holds for any judge
proves nothing.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from simulation.networks import random_network
from simulation.scenes import SCENES, Scene
from simulation.seeds import ALL, FOUND_PERCENT, Total, errands, run_seed, totals
from simulation.trial import Outcome, compare, report_of, shipped, try_world
from simulation.world import GUILTY, World

from netwatch.charge import Role
from netwatch.devices.roles import Guess
from netwatch.report import Report
from netwatch.signature import Signature

SEEDS = (0, 1)
NETWORK_SEEDS = (0, 3, 4)
SLOW = "firewall-with-a-block-list"


def fine(outcome: Outcome) -> list[str]:
    """What is wrong with an outcome, recall included."""
    low = outcome.found * 100 < outcome.visible * FOUND_PERCENT
    return [*outcome.wrong, *(outcome.missed if low else ())]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [name for name in SCENES if name != SLOW])
def test_a_scene_is_judged_as_it_is(name: str, seed: int) -> None:
    assert fine(run_seed((name, seed))) == []


def test_a_firewall_is_never_taken_for_a_product() -> None:
    assert fine(run_seed((SLOW, 0))) == []


@pytest.mark.parametrize("seed", NETWORK_SEEDS)
def test_a_network_of_300_is_judged_as_it_is(seed: int) -> None:
    assert fine(run_seed(("network", seed))) == []


def test_seeds_make_different_networks_and_the_same_again() -> None:
    worlds = [random_network(seed, 40) for seed in range(12)]
    assert len({world.mirror for world in worlds}) > 6
    assert {world.mirror.seat for world in worlds} == {"access", "routed", "uplink"}
    assert {world.mirror.shows for world in worlds} > {"both"}
    assert len({len(world.shown()) for world in worlds}) == len(worlds)
    mixes = {tuple(sorted(Counter(b.kind for b in world.beings).items())) for world in worlds}
    assert len(mixes) > 6
    assert random_network(5, 40).shown() == worlds[5].shown()


# --- controls: the same rules, with something weakened ---


def weakened(**strengths: str) -> list[Signature]:
    """The shipped signatures, those of these purposes with another strength."""
    return [
        msgspec.structs.replace(s, strength=strengths.get(s.purpose, s.strength))
        for s in shipped().signatures
    ]


def test_control_products_are_missed_where_their_names_are_weak() -> None:
    weak = dict.fromkeys(("telemetry", "update", "activation", "connectivity"), "weak")
    outcome = try_world(random_network(0), (), weakened(**weak))
    assert outcome.visible > 10
    assert outcome.found == 0
    assert fine(outcome) != []


def test_control_readers_are_accused_where_web_sites_are_strong() -> None:
    strong = [
        msgspec.structs.replace(s, strength="strong", purpose="telemetry")
        if s.purpose in ("web", "portal", "exempt", "marketing", "unclassified")
        else s
        for s in shipped().signatures
    ]
    assert try_world(random_network(4), (), strong).accused_wrongly > 0


@pytest.mark.parametrize(
    "name", ["forwarder-on-the-uplink", "proxy-from-behind", "intercepting-proxy"]
)
def test_control_carriers_are_wrong_without_their_rule(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwatch.pipeline.guess_role", nobody_carries)
    assert run_seed((name, 0)).wrong != []


def nobody_carries(*_told: Any) -> Guess:
    return Guess(role=Role.ENDPOINT)


def test_control_a_small_router_is_accused_without_its_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("netwatch.devices.roles.is_one_hop_on", lambda _kinds: False)
    monkeypatch.setattr("netwatch.devices.roles.CROWD_HELLOS", 62)
    monkeypatch.setattr("netwatch.devices.roles.PAIR_HELLOS", 62)
    assert any("small router" in text for text in run_seed(("network", 4)).wrong)


def test_control_administrators_are_accused_where_tools_are_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("netwatch.verdict.evidence.is_tool", lambda _sighting: False)
    assert run_seed(("administrator", 0)).accused_wrongly > 0


def test_control_decoys_are_believed_where_they_are_not_marked() -> None:
    scene = SCENES["vpn-decoys"]
    unmarked = [msgspec.structs.replace(s, decoy=False) for s in shipped().signatures]
    assert try_world(scene.make(0), scene.checks, unmarked).accused_wrongly > 0


def test_control_shared_addresses_are_believed_where_nobody_looks() -> None:
    """A sink-hole's address was answered for everything; the truth about it is in the frames."""
    world = SCENES["sink-hole"].make(0)
    report, _ = report_of(world)
    assert report.coverage.set_aside["shared-address"] > 10


def told(world: World, report: Report, kinds: Sequence[str], verdict: str) -> Report:
    """The report, with another verdict on the first machine of one of these kinds."""
    macs = {mac for being in world.beings if being.kind in kinds for mac in being.macs}
    (first, *_) = [device for device in report.devices if macs & set(device.macs)]
    first.verdict = verdict
    return report


@pytest.mark.parametrize(
    ("name", "kinds", "verdict", "expected"),
    [
        ("sleepy-laptop", tuple(GUILTY), "stopped", "said to have stopped"),
        ("sleepy-laptop", tuple(GUILTY), "clean", "falsely cleared"),
        ("sleepy-laptop", ("clean",), "likely", "falsely accused"),
        ("sleepy-laptop", tuple(GUILTY), "possible", "sleepy laptop is ['possible']"),
        ("guest-phones", ("web",), "running", "falsely accused"),
    ],
)
def test_control_a_report_that_lies_is_found(
    name: str, kinds: Sequence[str], verdict: str, expected: str
) -> None:
    scene = SCENES[name]
    seed = next(seed for seed in range(20) if scene.make(seed).mirror.seat == "access")
    world = scene.make(seed)
    lie = told(world, report_of(world)[0], kinds, verdict)
    assert any(expected in text for text in compare(world, lie, scene.checks).wrong)


@pytest.mark.parametrize("name", ["forwarder-on-the-uplink", "proxy-from-behind"])
def test_control_a_finding_behind_a_carrier_is_asked_for(name: str) -> None:
    scene = SCENES[name]
    world = scene.make(0)
    report, _ = report_of(world)
    report.unattributed.clear()
    assert any("nothing is told" in text for text in compare(world, report, scene.checks).wrong)


def test_control_a_finding_behind_nobody_is_false() -> None:
    world = SCENES["proxy-from-behind"].make(0)
    report, _ = report_of(world)
    for being in world.beings:
        being.hidden_in = ""
    assert any("nobody behind" in text for text in compare(world, report, ()).wrong)


def test_control_a_missed_machine_is_counted() -> None:
    assert Total("any", visible=100, found=99).enough
    assert not Total("any", visible=100, found=98).enough
    one = Outcome(scene="any", seed=7, wrong=["x"], visible=2, found=1, accused_wrongly=1)
    (total,) = totals([one, one]).values()
    assert (total.visible, total.found, total.accused_wrongly) == (4, 2, 2)
    assert total.wrong == ["any, seed 7: x"] * 2
    assert not total.enough
    assert errands(["a", "b"], (1, 2)) == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert set(ALL) == {"network", *SCENES}
    assert all(isinstance(scene, Scene) for scene in ALL.values())
