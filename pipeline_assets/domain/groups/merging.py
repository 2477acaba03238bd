"""Which groups of stores become one: matching anchors, best pair first, until none is left.

Belongs here: the groups while they are planned, the search for the best pair, the merges. Does
not belong here: how stores are compared (`comparisons`), the health check and the memory from one
run to the next (`plan`).

Stores are numbered by ascending id, so "the lowest store ids" are the lowest numbers.
"""

from dataclasses import dataclass

import numpy as np

from pipeline_assets.domain.groups.agreement import PairFigures
from pipeline_assets.domain.groups.arrays import Flags, Floats, Ints
from pipeline_assets.domain.groups.comparisons import Comparisons

NO_MATCH = -1.0
"""In place of an agreement, where no candidate matches."""


@dataclass(frozen=True, slots=True)
class GroupMerge:
    """One group joined another, because their anchors match."""

    joining_anchor_id: str
    into_anchor_id: str
    figures: PairFigures
    """Of the two anchors."""
    moved_store_ids: tuple[str, ...]
    """The stores now in the other group: the joining anchor, the members that match the new one."""
    left_store_ids: tuple[str, ...]
    """Members that do not match the new anchor; each became the anchor of a group of its own."""


@dataclass(frozen=True, eq=False)
class Groups:
    """A company's groups while they are being planned; both arrays have one entry per store."""

    anchor: Ints
    """The anchor of each store's group. Changed in place."""
    is_current: Flags

    def is_candidate(self) -> Flags:
        """Which stores are current anchors; only their groups merge."""
        is_anchor: Flags = self.anchor == np.arange(self.anchor.size)
        return self.is_current & is_anchor

    def stores_per_anchor(self) -> Ints:
        """The number of stores, current or not, in the group of each anchor; 0 for members."""
        return np.bincount(self.anchor, minlength=self.anchor.size)

    def members(self, anchor: int) -> Ints:
        """The stores of a group except its anchor, ascending."""
        is_member: Flags = self.anchor == anchor
        is_member[anchor] = False
        return np.flatnonzero(is_member)


class _BestPairs:
    """For each candidate, its best match among the candidates that come after it.

    The best match has the highest agreement, then the most stores in both groups together, then the
    lowest numbers. Merges keep this up to date, so a merge costs a few looks at the matches of a
    store, not at all of them.
    """

    def __init__(self, comparisons: Comparisons, groups: Groups) -> None:
        n_stores = groups.anchor.size
        self._comparisons = comparisons
        self.is_candidate = groups.is_candidate()
        self.n_stores = groups.stores_per_anchor()
        self._best = np.full(n_stores, NO_MATCH)
        self._together = np.zeros(n_stores, dtype=np.int64)
        self._partner = np.full(n_stores, -1)
        self._refresh(np.flatnonzero(self.is_candidate))

    def top(self) -> tuple[int, int] | None:
        """The best of all pairs, lower number first, or None when no two candidates match.

        None too when matches were left out that may be better.
        """
        best = self._best.max(initial=NO_MATCH)
        if best == NO_MATCH or best < self._comparisons.least_kept:
            return None
        tied = np.flatnonzero(self._best == best)
        store = int(tied[self._together[tied].argmax()])
        return store, int(self._partner[store])

    def drop(self, store: int) -> None:
        """Note that this store is no longer an anchor."""
        self.is_candidate[store] = False
        self._best[store] = NO_MATCH
        self._refresh(np.flatnonzero(self.is_candidate & (self._partner == store)))

    def put(self, store: int, n_stores: int) -> None:
        """Note that this store is a current anchor of this many stores, never fewer than before."""
        self.is_candidate[store] = True
        self.n_stores[store] = n_stores
        self._refresh(np.array([store]))
        self._offer(store)

    def _refresh(self, stores: Ints) -> None:
        """Search for the best partners of these stores."""
        for store in stores.tolist():
            others, agreement = self._matches_of(store)
            is_later = others > store
            others, agreement = others[is_later], agreement[is_later]
            best = agreement.max(initial=NO_MATCH)
            self._best[store] = best
            self._partner[store] = -1
            if best != NO_MATCH:
                tied = others[agreement == best]
                most = self.n_stores[tied].max()
                self._partner[store] = tied[self.n_stores[tied] == most].min()
                self._together[store] = self.n_stores[store] + most

    def _offer(self, store: int) -> None:
        """Make this store the partner of earlier ones for which it is now the best."""
        rows, agreement = self._matches_of(store)
        is_earlier = rows < store
        rows, agreement = rows[is_earlier], agreement[is_earlier]
        together = self.n_stores[rows] + self.n_stores[store]
        is_tied = agreement == self._best[rows]
        is_lower = (together == self._together[rows]) & (store <= self._partner[rows])
        is_better = (agreement > self._best[rows]) | (
            is_tied & ((together > self._together[rows]) | is_lower)
        )
        rows = rows[is_better]
        self._best[rows] = agreement[is_better]
        self._partner[rows], self._together[rows] = store, together[is_better]

    def _matches_of(self, store: int) -> tuple[Ints, Floats]:
        """The candidates that match this store."""
        others, agreement = self._comparisons.matches_of(store)
        is_candidate = self.is_candidate[others]
        return others[is_candidate], agreement[is_candidate]


def merge_groups(groups: Groups, comparisons: Comparisons) -> list[GroupMerge]:
    """Merge until no two current anchors match; changes `groups`.

    Pairs of current anchors must be known to `comparisons`. This ends: in each merge the larger
    group, with n stores, grows, and only groups of at most n stores shrink or disappear. So the
    list of group sizes in descending order becomes lexicographically larger each time, and there
    are only finitely many such lists for a given number of stores.
    """
    merges = _merge_best(groups, comparisons)
    while comparisons.least_kept:
        comparisons.keep_more(np.flatnonzero(groups.is_candidate()))
        merges += _merge_best(groups, comparisons)
    return merges


def _merge_best(groups: Groups, comparisons: Comparisons) -> list[GroupMerge]:
    """Merge until no two current anchors have a match that is kept."""
    pairs = _BestPairs(comparisons, groups)
    merges: list[GroupMerge] = []
    while (pair := pairs.top()) is not None:
        into, joining = sorted(pair, key=lambda store: (-pairs.n_stores[store], store))
        moved, left = _move(joining, into, groups, comparisons)
        merges.append(_record(joining, into, moved, left, comparisons))
        pairs.drop(joining)
        pairs.put(into, int(pairs.n_stores[into]) + len(moved))
        for store in left:
            if groups.is_current[store]:
                pairs.put(store, 1)
    return merges


def _move(
    joining: int, into: int, groups: Groups, comparisons: Comparisons
) -> tuple[list[int], list[int]]:
    """Point the joining group's stores to the new anchor; which moved, which are now alone.

    Members that are not current are judged by their last prices, like all others.
    """
    moved: list[int] = [joining]
    left: list[int] = []
    members = groups.members(joining)
    comparisons.lists.load(members)
    for member in members.tolist():
        (moved if comparisons.is_match(member, into) else left).append(member)
    groups.anchor[moved] = into
    groups.anchor[left] = left
    for store in left:
        if groups.is_current[store]:
            comparisons.compare_later(store, np.flatnonzero(groups.is_candidate()))
    return moved, left


def _record(
    joining: int, into: int, moved: list[int], left: list[int], comparisons: Comparisons
) -> GroupMerge:
    ids = comparisons.lists.store_ids
    return GroupMerge(
        joining_anchor_id=ids[joining],
        into_anchor_id=ids[into],
        figures=comparisons.figures(joining, into),
        moved_store_ids=tuple(ids[store] for store in moved),
        left_store_ids=tuple(ids[store] for store in left),
    )
