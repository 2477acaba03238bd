"""Which stores of one company have the same prices: current prices and groups → a new plan.

Belongs here: what is read and planned about groups, the health check, and the memory that keeps
unchanged stores from being compared again. Does not belong here: how stores are compared
(`agreement`, `comparisons`), the merging itself (`merging`), reading and writing (catalogue).

The memory is one `Mark` per store. After a run, all pairs of current anchors have been compared and
do not match, and every current member matches its anchor. So it is enough to remember which
snapshot an anchor had when it was among the current anchors at the end of the last run, and which
snapshots of a member and its anchor were compared. Two anchors are compared again unless both have
a valid mark; an anchor that was not current in the last run has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from pipeline_assets.domain.groups.agreement import MatchRules, PairFigures
from pipeline_assets.domain.groups.arrays import Flags, Ints
from pipeline_assets.domain.groups.comparisons import Comparisons
from pipeline_assets.domain.groups.merging import GroupMerge, Groups, merge_groups
from pipeline_assets.domain.groups.price_lists import PriceLists


@dataclass(frozen=True, kw_only=True)
class GroupingSettings(MatchRules):
    """The thresholds of a match, and how long a store counts as current."""

    current_days: int = 7
    """A store is current when its last accepted snapshot is at most this many days old."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one store was last compared with; stored with the store and passed to the next run.

    A member's mark names its anchor and has the counts of their comparison. An anchor's mark names
    the anchor itself, with counts of 0: it was among the current anchors of the last run, which
    were all compared with each other.
    """

    rules: str
    """`MatchRules.fingerprint` of the thresholds that applied."""
    scraped_at: datetime
    """The time of the store's snapshot that was compared."""
    anchor_id: str
    anchor_scraped_at: datetime
    """The time of the anchor's snapshot that was compared."""
    equal: int
    both: int


@dataclass(frozen=True, slots=True)
class StoreState:
    """One store as the catalogue knows it."""

    store_id: str
    scraped_at: datetime
    """The time of its last accepted snapshot, UTC without a zone; it differs for each snapshot."""
    anchor_id: str
    """The anchor of its group; the store itself when it is the anchor, as a new store is."""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Ejection:
    """A current member left its group because it no longer matches its anchor."""

    store_id: str
    anchor_id: str
    """The anchor of the group it left."""
    figures: PairFigures
    is_comparable: bool
    """False: too few SKUs in common. True: comparable, but the prices differ."""

    @property
    def reason(self) -> str:
        """Why it was ejected, for an operator."""
        found = self.figures
        if self.is_comparable:
            return f"{found.equal:,} of {found.both:,} common SKUs have the same price"
        return f"{found.both:,} SKUs in common, of {found.larger:,} in the larger list"


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """How a company's groups change."""

    ejections: tuple[Ejection, ...]
    """By store id. An ejected store may have joined another group in `merges`."""
    merges: tuple[GroupMerge, ...]
    """In the order in which they were chosen."""
    flagged_anchors: tuple[str, ...]
    """The anchors at the end that are not current and that other stores of their group lean on."""
    anchor_of: Mapping[str, str]
    """Every store's anchor at the end, by store id."""
    moved: Mapping[str, str]
    """The part of `anchor_of` that changes."""
    marks: Mapping[str, Mark | None]
    """The marks that change; None removes a mark."""
    pairs_compared: int
    """The number of pairs whose agreement was not known yet."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.moved and not self.marks


def newest_scrape(stores: Sequence[StoreState]) -> datetime:
    """The time of the company's newest snapshot, the reference for relaxed staleness.

    Needs at least one store.
    """
    return max(store.scraped_at for store in stores)


def plan_groups(
    stores: Sequence[StoreState],
    lists: PriceLists,
    reference: datetime,
    settings: GroupingSettings,
) -> GroupPlan:
    """Check the health of one company's groups, then merge them.

    `stores`: all of them, in any order. `lists`: the prices of exactly these stores; only those are
    read that must be compared, none right after a run. `reference`: the moment, in UTC without a
    zone, from which "current" is counted back: now, or `newest_scrape`. Raises ValueError when the
    stores, their groups or the lists contradict each other.
    """
    company = _Company(stores, reference, settings)
    _require(lists.store_ids == company.ids, "the price lists do not belong to the given stores")
    comparisons = Comparisons(lists, settings)
    company.recall(comparisons)
    ejections = _check_health(company, comparisons)
    candidates = company.groups.is_candidate()
    unsettled = np.flatnonzero(candidates & ~company.is_marked)
    comparisons.compare(unsettled, np.flatnonzero(candidates))
    merges = merge_groups(company.groups, comparisons)
    return _plan(company, comparisons, ejections, merges)


class _Company:
    """The stores, numbered by ascending id, with their groups."""

    def __init__(
        self, stores: Sequence[StoreState], reference: datetime, settings: GroupingSettings
    ) -> None:
        self.stores = sorted(stores, key=lambda store: store.store_id)
        self.ids = tuple(store.store_id for store in self.stores)
        self.rules = settings.fingerprint
        number = {store_id: at for at, store_id in enumerate(self.ids)}
        _check_groups(self.stores, number)
        oldest = reference - timedelta(days=settings.current_days)
        self.groups = Groups(
            anchor=np.array([number[store.anchor_id] for store in self.stores], dtype=np.int64),
            is_current=np.array([store.scraped_at >= oldest for store in self.stores], np.bool_),
        )
        self.is_marked: Flags = np.array(
            [store.mark == self.mark(at, store.mark) for at, store in enumerate(self.stores)],
            np.bool_,
        )
        """Which stores' marks are valid for their anchors before the run."""

    def mark(self, at: int, figures: Mark | PairFigures | None) -> Mark:
        """The mark of a store with these counts from the comparison with its present anchor."""
        store, anchor = self.stores[at], self.stores[int(self.groups.anchor[at])]
        return Mark(
            rules=self.rules,
            scraped_at=store.scraped_at,
            anchor_id=anchor.store_id,
            anchor_scraped_at=anchor.scraped_at,
            equal=figures.equal if figures else 0,
            both=figures.both if figures else 0,
        )

    def members_to_check(self) -> Ints:
        """The current members that were not compared with their anchor's present prices."""
        is_member = self.groups.anchor != np.arange(self.groups.anchor.size)
        return np.flatnonzero(is_member & self.groups.is_current & ~self.is_marked)

    def recall(self, comparisons: Comparisons) -> None:
        """Pass what the marks record to the comparisons."""
        anchor = self.groups.anchor
        is_anchor = anchor == np.arange(anchor.size)
        comparisons.recall_no_match(np.flatnonzero(is_anchor & self.is_marked))
        for at in np.flatnonzero(~is_anchor & self.is_marked).tolist():
            comparisons.recall_match(at, int(anchor[at]))


def _check_health(company: _Company, comparisons: Comparisons) -> list[Ejection]:
    """Eject the current members that do not match their anchors; changes `company.groups`."""
    ejections = []
    members = company.members_to_check()
    comparisons.lists.load(np.union1d(members, company.groups.anchor[members]))
    for at in members.tolist():
        anchor = int(company.groups.anchor[at])
        if not comparisons.is_match(at, anchor):
            figures = comparisons.figures(at, anchor)
            is_comparable = figures.is_comparable(comparisons.rules)
            ejections.append(Ejection(company.ids[at], company.ids[anchor], figures, is_comparable))
            company.groups.anchor[at] = at
    return ejections


def _plan(
    company: _Company,
    comparisons: Comparisons,
    ejections: Sequence[Ejection],
    merges: Sequence[GroupMerge],
) -> GroupPlan:
    anchor = company.groups.anchor.tolist()
    ids, before = company.ids, company.stores
    marks = [_mark_at_the_end(at, company, comparisons) for at in range(len(ids))]
    is_current = company.groups.is_current
    numbered = list(enumerate(anchor))
    leaned_on = sorted({its for at, its in numbered if at != its})
    return GroupPlan(
        ejections=tuple(ejections),
        merges=tuple(merges),
        flagged_anchors=tuple(ids[at] for at in leaned_on if not is_current[at]),
        anchor_of={ids[at]: ids[its] for at, its in numbered},
        moved={ids[at]: ids[its] for at, its in numbered if ids[its] != before[at].anchor_id},
        marks={ids[at]: mark for at, mark in enumerate(marks) if mark != before[at].mark},
        pairs_compared=comparisons.pairs_compared,
    )


def _mark_at_the_end(at: int, company: _Company, comparisons: Comparisons) -> Mark | None:
    store, anchor = company.stores[at], int(company.groups.anchor[at])
    if anchor == at:
        # An anchor that is not current now may return (relaxed staleness) among anchors it was
        # never compared with.
        return company.mark(at, None) if company.groups.is_current[at] else None
    if store.mark is not None and store.mark == company.mark(at, store.mark):
        return store.mark
    if comparisons.is_known(at, anchor):
        return company.mark(at, comparisons.figures(at, anchor))
    return store.mark if store.mark and store.mark.anchor_id == company.ids[anchor] else None


def _check_groups(stores: Sequence[StoreState], number: Mapping[str, int]) -> None:
    _require(len(number) == len(stores), "a store appears twice")
    for store in stores:
        at = number.get(store.anchor_id)
        _require(
            at is not None and stores[at].anchor_id == store.anchor_id,
            f"{store.store_id} is in the group of {store.anchor_id}, which is not an anchor",
        )


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        message = f"store groups cannot be planned: {complaint}; read them in one transaction"
        raise ValueError(message)
