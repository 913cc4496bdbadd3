"""A scenario's outcome: figures, and the bounds that they are held to, each with its own control.

A bound that nothing could break proves nothing. So every check also names a bound so absurd that
the same figure must break it; a figure that does not was never measured.
"""

import json
from dataclasses import asdict, dataclass, field


@dataclass
class Check:
    """`value` must be at most (or, with `least`, at least) `bound`."""

    what: str
    value: float
    bound: float
    absurd: float
    least: bool = False

    def holds(self, bound: float) -> bool:
        """Whether the value keeps a bound."""
        return self.value >= bound if self.least else self.value <= bound

    def problem(self) -> str:
        """What is wrong, or nothing."""
        if not self.holds(self.bound):
            return f"{self.what}: {self.value:,.6g}, {'>=' if self.least else '<='} {self.bound:,g}"
        if self.holds(self.absurd):
            return f"{self.what}: {self.value:,.6g} would pass for {self.absurd:,g} too"
        return ""


@dataclass
class Outcome:
    """What a scenario prints, as one line of JSON."""

    packets: int = 0
    seconds: float = 0.0
    """CPU time in the engine, without making its input."""
    worst_ms: float = 0.0
    memory_mib: float = 0.0
    """The most that the process had resident, children apart."""
    notes: str = ""
    checks: list[Check] = field(default_factory=list)

    def at_most(self, what: str, value: float, bound: float, absurd: float = 0) -> None:
        """Hold `value` to an upper bound; it must be above `absurd`."""
        self.checks.append(Check(what, value, bound, absurd))

    def at_least(self, what: str, value: float, bound: float) -> None:
        """Hold `value` to a lower bound; one more than the value must be too much."""
        self.checks.append(Check(what, value, bound, value + 1, least=True))

    def exactly(self, what: str, value: float, bound: float) -> None:
        """Hold `value` to one number."""
        self.at_least(what, value, bound)
        self.at_most(what, value, bound, bound - 1)

    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


def read_outcome(line: str) -> Outcome:
    """The inverse of `Outcome.line`."""
    told = json.loads(line)
    checks = [Check(**check) for check in told.pop("checks")]
    return Outcome(**told, checks=checks)
