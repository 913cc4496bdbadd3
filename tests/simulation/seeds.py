"""Every scene and the networks of 300 machines, by their seeds, and what they gave together."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from simulation.networks import random_network
from simulation.scenes import SCENES, Scene
from simulation.trial import Outcome, try_world

NETWORK: Final = "network"
ALL: Final = {NETWORK: Scene(random_network), **SCENES}
SEEDS: Final = 50
FOUND_PERCENT: Final = 99
"""Of the machines whose product could be seen twice or more."""


class Total(msgspec.Struct):
    """What one scene gave over its seeds."""

    scene: str
    networks: int = 0
    frames: int = 0
    accusable: int = 0
    accused_wrongly: int = 0
    visible: int = 0
    found: int = 0
    wrong: list[str] = msgspec.field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Whether enough of those who could be found were."""
        return self.found * 100 >= self.visible * FOUND_PERCENT


def run_seed(errand: tuple[str, int]) -> Outcome:
    """Make and judge one network: (scene, seed)."""
    scene = ALL[errand[0]]
    return try_world(scene.make(errand[1]), scene.checks)


def errands(scenes: Sequence[str], seeds: Iterable[int]) -> list[tuple[str, int]]:
    """All networks of these scenes."""
    return [(scene, seed) for seed in seeds for scene in scenes]


def totals(outcomes: Iterable[Outcome]) -> dict[str, Total]:
    """Add up, scene by scene."""
    found: dict[str, Total] = {}
    for one in outcomes:
        total = found.setdefault(one.scene, Total(one.scene))
        total.networks += 1
        total.frames += one.frames
        total.accusable += one.accusable
        total.accused_wrongly += one.accused_wrongly
        total.visible += one.visible
        total.found += one.found
        total.wrong += [f"{one.scene}, seed {one.seed}: {text}" for text in one.wrong]
    return found
