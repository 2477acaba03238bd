"""Which stores of one company price alike: prices and groups of today → a plan for the groups.

Belongs here: what is read and planned about groups, the health check, and the memory that keeps
unchanged stores from being compared again. Does not belong here: how stores are compared
(`agreement`, `comparisons`), the merging itself (`group_merging`), reading and writing (catalogue).

The memory is one `Mark` per store. After a run every two current anchors have been compared and do
not match, and every current member matches its anchor. So it is enough to remember of an anchor
with which snapshot it was among the current anchors at the end of the last run, and of a member
with which snapshots it and its anchor were compared. Two anchors are compared again unless both
carry a valid mark; an anchor that was not current in the last run carries none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from pipeline_assets.domain.groups.agreement import MatchRules, PairFigures, PriceLists
from pipeline_assets.domain.groups.comparisons import Comparisons
from pipeline_assets.domain.groups.incidence import Ints
from pipeline_assets.domain.groups.merging import Flags, GroupMerge, Groups, merge_groups


@dataclass(frozen=True, kw_only=True)
class GroupingSettings(MatchRules):
    """The thresholds of a match, and until when a store counts as current."""

    current_days: int = 7
    """A store is current when its last accepted snapshot is at most this old."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one store was last compared with. To be stored with the store, and given back.

    A member's names its anchor and what the comparison counted. An anchor's names itself, with
    counts of 0: it was among the current anchors of the last run, all compared with each other.
    """

    rules: str
    """`MatchRules.fingerprint` of the thresholds that applied."""
    scraped_at: datetime
    """Of the store's snapshot that was compared."""
    anchor_id: str
    anchor_scraped_at: datetime
    """Of the anchor's snapshot that was compared."""
    equal: int
    both: int


@dataclass(frozen=True, slots=True)
class StoreState:
    """One store as the catalogue knows it."""

    store_id: str
    scraped_at: datetime
    """Of its last accepted snapshot, in UTC, without zone; another snapshot has another time."""
    anchor_id: str
    """The anchor of its group: itself when it is the anchor, as a new store is."""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Ejection:
    """A current member left its group, because it does not match its anchor any more."""

    store_id: str
    anchor_id: str
    """Of the group it left."""
    figures: PairFigures
    is_comparable: bool
    """False: too little in common. True: comparable, but the prices differ."""

    @property
    def reason(self) -> str:
        """What was found, for an operator."""
        found = self.figures
        if self.is_comparable:
            return f"{found.equal:,} of {found.both:,} common SKUs have the same price"
        return f"{found.both:,} SKUs in common, of {found.larger:,} in the larger list"


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What becomes of a company's groups."""

    ejections: tuple[Ejection, ...]
    """By store id. An ejected store may have found another group in `merges`."""
    merges: tuple[GroupMerge, ...]
    """In the order in which they were decided."""
    flagged_anchors: tuple[str, ...]
    """Anchors, at the end, that are not current and are to be scraped again."""
    anchor_of: Mapping[str, str]
    """Every store's anchor at the end, by store id."""
    moved: Mapping[str, str]
    """The part of `anchor_of` that differs from today."""
    marks: Mapping[str, Mark | None]
    """The marks that differ from today; None takes a mark away."""
    pairs_compared: int
    """Pairs of stores whose agreement was not known yet."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.moved and not self.marks


def newest_scrape(stores: Sequence[StoreState]) -> datetime:
    """The reference of relaxed staleness: the newest snapshot of the company; needs one store."""
    return max(store.scraped_at for store in stores)


def anything_to_compare(
    stores: Sequence[StoreState], reference: datetime, settings: GroupingSettings
) -> bool:
    """Whether `plan_groups` needs the price lists; false right after a run."""
    company = _Company(stores, reference, settings)
    is_candidate = company.groups.is_candidate()
    has_open_pair = is_candidate.sum() > 1 and (is_candidate & ~company.is_marked).any()
    return bool(has_open_pair or company.members_to_check().size)


def plan_groups(
    stores: Sequence[StoreState],
    lists: PriceLists | None,
    reference: datetime,
    settings: GroupingSettings,
) -> GroupPlan:
    """Health check, then merging, of one company's groups.

    `stores`: all of them, in any order. `lists`: the prices of exactly these stores; None when
    `anything_to_compare` says that they are not needed. `reference`: the moment, in UTC without
    zone, from which "current" is counted: now, or `newest_scrape`. Raises ValueError when the
    stores, their groups or the lists contradict each other.
    """
    if lists is None:
        _require(
            not anything_to_compare(stores, reference, settings),
            "stores need comparing, but no price lists were given",
        )
        lists = PriceLists.empty([store.store_id for store in stores])
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
        """Which stores' marks hold for their anchors, as the groups are before the run."""

    def mark(self, at: int, figures: Mark | PairFigures | None) -> Mark:
        """The mark of a store whose comparison with its present anchor counted this."""
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
        """Current members that were not compared with their anchor's present prices."""
        is_member = self.groups.anchor != np.arange(self.groups.anchor.size)
        return np.flatnonzero(is_member & self.groups.is_current & ~self.is_marked)

    def recall(self, comparisons: Comparisons) -> None:
        """Give what the marks say to the comparisons."""
        anchor = self.groups.anchor
        is_anchor = anchor == np.arange(anchor.size)
        comparisons.recall_no_match(np.flatnonzero(is_anchor & self.is_marked))
        for at in np.flatnonzero(~is_anchor & self.is_marked).tolist():
            mark = self.stores[at].mark
            if mark is not None:
                comparisons.recall_match(at, int(anchor[at]), mark.equal / mark.both)


def _check_health(company: _Company, comparisons: Comparisons) -> list[Ejection]:
    """Eject the current members that do not match their anchors; changes the company's groups."""
    ejections = []
    for at in company.members_to_check().tolist():
        anchor = int(company.groups.anchor[at])
        if not comparisons.matches(at, anchor):
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
    return GroupPlan(
        ejections=tuple(ejections),
        merges=tuple(merges),
        flagged_anchors=tuple(ids[at] for at, its in numbered if at == its and not is_current[at]),
        anchor_of={ids[at]: ids[its] for at, its in numbered},
        moved={ids[at]: ids[its] for at, its in numbered if ids[its] != before[at].anchor_id},
        marks={ids[at]: mark for at, mark in enumerate(marks) if mark != before[at].mark},
        pairs_compared=comparisons.pairs_compared,
    )


def _mark_at_the_end(at: int, company: _Company, comparisons: Comparisons) -> Mark | None:
    store, anchor = company.stores[at], int(company.groups.anchor[at])
    if anchor == at:
        # One that sat out this run may return (relaxed staleness) among anchors it never met.
        return company.mark(at, None) if company.groups.is_current[at] else None
    if store.mark is not None and store.mark == company.mark(at, store.mark):
        return store.mark
    if not np.isnan(comparisons.agreement[at, anchor]):
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
