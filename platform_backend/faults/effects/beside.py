"""The pod's calls beside those of others in the same seconds: what slows a machine in bursts slows both.

N. Mantel, W. Haenszel, J. Natl. Cancer Inst. 22 (1959) 719-748: the common odds ratio of many small tables, here one a
second, of the pod's calls against uninvolved ones. The seconds before a fault tell it, and those during the fault are
expected to have the same. What seconds, or stretches of them, scatter by more than chance is measured before, too
(D. R. Cox, E. J. Snell, Analysis of Binary Data (1989), 3.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from faults.effects.kpis import Point
from faults.effects.statistics import STRETCH, STRETCHES, Result, Share, binomial

BESIDE: Final = "beside-others"
LEAST_SHARE: Final = 1e-9
# Of a few hits nobody can tell whether they scatter.
KNOWN_FROM: Final = 5.0


@dataclass(frozen=True, slots=True)
class Second:
    """`share`: that of the hits of others, drawn to what it is in all seconds together, as few calls tell little."""

    own: Share
    others: Share
    share: float

    def expected(self, odds: float) -> float:
        """The share of the pod's hits by that of the others, at this odds ratio."""
        return odds * self.share / (1 - self.share + odds * self.share)

    def tables(self) -> tuple[float, float]:
        """What this second adds to numerator and denominator of the common odds ratio."""
        own, others, total = self.own, self.others, self.own.total + self.others.total
        return own.hits * (others.total - others.hits) / total, others.hits * (own.total - own.hits) / total


def paired(own: Sequence[Point], others: Sequence[Point]) -> list[Second]:
    """The seconds in which both had calls."""
    at = {point.time: point.share for point in others}
    pairs = [(point.share, at[point.time]) for point in own if point.time in at]
    hits, total = (sum(getattr(of_others, name) for _, of_others in pairs) for name in ("hits", "total"))
    of_all = (hits + 0.5) / (total + 1)
    return [Second(mine, theirs, (theirs.hits + of_all) / (theirs.total + 1)) for mine, theirs in pairs]


@dataclass(frozen=True, slots=True)
class Beside:
    """`share`: the pod's own before. `odds`: the common odds ratio to the others. `scatter`: the variance, relative to
    that of independent calls.
    """

    share: float
    odds: float
    scatter: float

    def usual(self, during: Sequence[Second], towards: int) -> float:
        """The share that the pod's calls would have beside what those of others had, but not better than before: that a
        machine calms down is no reason to expect more than there ever was.
        """
        calls = sum(second.own.total for second in during)
        expected = sum(second.own.total * second.expected(self.odds) for second in during) / calls
        return max(expected, self.share) if towards > 0 else min(expected, self.share)

    def test(self, during: Sequence[Share], usual: float) -> Result:
        """Two-sided binomial, with counts divided by the scatter. The statistic is the odds ratio to what is usual."""
        calls, hits = sum(each.total for each in during), sum(each.hits for each in during)
        reduced = max(1, round(calls / self.scatter))
        p_value = binomial(round(hits / calls * reduced), reduced, usual)
        odds = (hits + 0.5) * (1 - usual) / ((calls - hits + 0.5) * max(usual, LEAST_SHARE))
        return Result(BESIDE, odds, p_value, hits / calls - usual)


def fit(before: Sequence[Second]) -> Beside:
    tables = [second.tables() for second in before]
    odds = (sum(more for more, _ in tables) + 0.5) / (sum(less for _, less in tables) + 0.5)
    stretches = [before[start : start + STRETCH] for start in range(0, len(before), STRETCH)]
    scatter = _scatter([[second] for second in before], odds)
    if len(stretches) >= STRETCHES:
        scatter = max(scatter, _scatter(stretches, odds))
    hits, calls = (sum(getattr(second.own, name) for second in before) for name in ("hits", "total"))
    return Beside((hits + 0.5) / (calls + 1), odds, max(1.0, scatter))  # none so far is not none ever


def _scatter(clusters: Sequence[Sequence[Second]], odds: float) -> float:
    squares = variance = 0.0
    for cluster in clusters:
        shares = [(second.own, second.expected(odds)) for second in cluster]
        squares += sum(own.hits - own.total * share for own, share in shares) ** 2
        variance += sum(own.total * share * (1 - share) for own, share in shares)
    return squares / variance if variance >= KNOWN_FROM else 1.0
