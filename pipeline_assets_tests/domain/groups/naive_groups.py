"""The rules of store groups, done the slow, obvious way: every pair, every time, in plain loops.

An oracle for `domain.groups`; it shares none of its code, and remembers nothing between runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

PricesBySku = dict[int, int]


@dataclass
class NaiveStore:
    """One store with its prices in cents by SKU."""

    store_id: str
    scraped_at: datetime
    anchor_id: str
    prices: PricesBySku


@dataclass
class NaiveResult:
    """What happened, by store ids."""

    anchor_of: dict[str, str]
    ejected: list[tuple[str, str]] = field(default_factory=list)
    """(store, anchor it left)."""
    merged: list[tuple[str, str, list[str], list[str]]] = field(default_factory=list)
    """(joining anchor, anchor joined, who moved, who was left)."""
    flagged: list[str] = field(default_factory=list)


@dataclass
class NaiveRules:
    """The thresholds."""

    min_common: Fraction
    min_agreement: Fraction
    current_days: int


def agreement_of_match(one: PricesBySku, other: PricesBySku, rules: NaiveRules) -> Fraction | None:
    """The agreement of two stores that match, None when they do not."""
    both = [sku for sku in one if sku in other]
    if not both or len(both) < rules.min_common * max(len(one), len(other)):
        return None
    agreement = Fraction(sum(one[sku] == other[sku] for sku in both), len(both))
    return agreement if agreement >= rules.min_agreement else None


def naive_plan(stores: list[NaiveStore], reference: datetime, rules: NaiveRules) -> NaiveResult:
    """Health check and merging of one company."""
    by_id = {store.store_id: store for store in sorted(stores, key=lambda one: one.store_id)}
    result = NaiveResult({store_id: store.anchor_id for store_id, store in by_id.items()})
    current = [name for name in by_id if is_current(by_id[name], reference, rules)]
    for name in current:
        anchor = result.anchor_of[name]
        if anchor != name and not matches(by_id, name, anchor, rules):
            result.anchor_of[name] = name
            result.ejected.append((name, anchor))
    while best := best_pair(by_id, current, result.anchor_of, rules):
        merge(by_id, *best, result, rules)
    anchors = sorted({anchor for name, anchor in result.anchor_of.items() if name != anchor})
    result.flagged = [name for name in anchors if name not in current]
    return result


def is_current(store: NaiveStore, reference: datetime, rules: NaiveRules) -> bool:
    """Whether the store's snapshot is young enough."""
    return reference - store.scraped_at <= timedelta(days=rules.current_days)


def matches(by_id: dict[str, NaiveStore], one: str, other: str, rules: NaiveRules) -> bool:
    """Whether two stores match."""
    return agreement_of_match(by_id[one].prices, by_id[other].prices, rules) is not None


def best_pair(
    by_id: dict[str, NaiveStore], current: list[str], anchor_of: dict[str, str], rules: NaiveRules
) -> tuple[str, str] | None:
    """(joining, into) of the pair of current anchors that merges next."""
    found = []
    for lower, higher in pairs_of_anchors(current, anchor_of):
        agreement = agreement_of_match(by_id[lower].prices, by_id[higher].prices, rules)
        if agreement is not None:
            sizes = [list(anchor_of.values()).count(anchor) for anchor in (lower, higher)]
            into, joining = (higher, lower) if sizes[1] > sizes[0] else (lower, higher)
            found.append(((-agreement, -sum(sizes), lower, higher), (joining, into)))
    return min(found)[1] if found else None


def pairs_of_anchors(current: list[str], anchor_of: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every two current anchors, the lower id first."""
    anchors = sorted(name for name in current if anchor_of[name] == name)
    for at, lower in enumerate(anchors):
        for higher in anchors[at + 1 :]:
            yield lower, higher


def merge(
    by_id: dict[str, NaiveStore], joining: str, into: str, result: NaiveResult, rules: NaiveRules
) -> None:
    """Let one group join another."""
    moved: list[str] = [joining]
    left: list[str] = []
    for name in [one for one in by_id if result.anchor_of[one] == joining and one != joining]:
        (moved if matches(by_id, name, into, rules) else left).append(name)
    result.anchor_of.update(dict.fromkeys(moved, into), **{name: name for name in left})
    result.merged.append((joining, into, moved, left))
