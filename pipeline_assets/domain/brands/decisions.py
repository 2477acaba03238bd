"""What operators decided on pairs of brand names: which groups of names that makes, and which bars.

Belongs here: reading decisions, and whether they contradict one another. They go before every rule
of `merging`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

NamePair = tuple[str, str]
BrandDecisionKind = Literal["same", "never"]


class BrandDecision(NamedTuple):
    """Two normalised brand names are one brand (`same`), or are not (`never`)."""

    kind: str
    name_a: str
    name_b: str


@dataclass(frozen=True, slots=True)
class DecidedBrands:
    """Decisions taken together: *same* holds across several of them.

    `groups`: each name that a *same* is about → the lowest name that it is one brand with;
    `barred`: pairs of such lowest names (or names without a group), in order, that are never one
    brand.
    """

    groups: dict[str, str]
    barred: frozenset[NamePair]

    @classmethod
    def of(cls, decisions: Iterable[BrandDecision]) -> "DecidedBrands":
        """The groups and bars of these decisions, whatever their order."""
        taken = sorted(decisions)
        groups = _groups((a, b) for kind, a, b in taken if kind == "same")
        barred = (
            _in_order(groups.get(a, a), groups.get(b, b)) for kind, a, b in taken if kind == "never"
        )
        return cls(groups, frozenset(barred))

    def of_name(self, name: str) -> str:
        """The name that stands for a name's group; itself if none was decided."""
        return self.groups.get(name, name)

    def are_barred(self, names: Collection[str], others: Collection[str]) -> bool:
        """Whether a *never* keeps any of these groups apart; both are given by `of_name`."""
        if not self.barred:
            return False
        return any(_in_order(one, other) in self.barred for one in names for other in others)

    def contradicts(self) -> bool:
        """Whether a *never* is about two names that *same* makes one."""
        return any(one == other for one, other in self.barred)


def _groups(pairs: Iterable[NamePair]) -> dict[str, str]:
    group_of: dict[str, set[str]] = {}
    for a, b in pairs:
        joined = group_of.get(a, {a}) | group_of.get(b, {b})
        group_of.update(dict.fromkeys(joined, joined))
    return {name: min(group) for name, group in group_of.items()}


def _in_order(one: str, other: str) -> NamePair:
    return (one, other) if one <= other else (other, one)


NO_DECISIONS = DecidedBrands({}, frozenset())
