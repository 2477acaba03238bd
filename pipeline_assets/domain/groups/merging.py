"""Which groups of stores become one: matching anchors, best pair first, until none is left.

Belongs here: the groups while they are planned, the search for the best pair, the merges. Does
not belong here: how stores are compared (`comparisons`), the health check and the memory from one
run to the next (`plan`).

Stores are numbered by ascending id, so "the lowest store ids" are the lowest numbers.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline_assets.domain.groups.agreement import NO_MATCH, Floats, PairFigures
from pipeline_assets.domain.groups.comparisons import BLOCK_ROWS, Comparisons
from pipeline_assets.domain.groups.incidence import Ints

Flags = npt.NDArray[np.bool_]


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
    lowest numbers. Merges keep this up to date, so a merge costs a few passes over a row of the
    table, not over the whole table.
    """

    def __init__(self, agreement: Floats, groups: Groups) -> None:
        n_stores = groups.anchor.size
        self._agreement = agreement
        self.is_candidate = groups.is_candidate()
        self.n_stores = groups.stores_per_anchor()
        self._best = np.full(n_stores, NO_MATCH)
        self._together = np.zeros(n_stores, dtype=np.int64)
        self._partner = np.full(n_stores, -1)
        self._refresh(np.flatnonzero(self.is_candidate))

    def top(self) -> tuple[int, int] | None:
        """The best of all pairs, lower number first, or None when no two candidates match."""
        best = self._best.max(initial=NO_MATCH)
        if best == NO_MATCH:
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

    def _refresh(self, rows: Ints) -> None:
        """Search these rows for their best partners."""
        bounds = [*range(0, rows.size, BLOCK_ROWS), rows.size]
        for start, end in pairwise(bounds):
            self._refresh_block(rows[start:end])

    def _refresh_block(self, rows: Ints) -> None:
        is_partner = self.is_candidate & (np.arange(self.is_candidate.size) > rows[:, None])
        agreement = np.where(is_partner, self._agreement[rows], NO_MATCH)
        best = agreement.max(axis=1)
        n_stores = np.where(agreement == best[:, None], self.n_stores, 0)
        partner = n_stores.argmax(axis=1)
        self._best[rows] = best
        self._partner[rows] = np.where(best == NO_MATCH, -1, partner)
        self._together[rows] = self.n_stores[rows] + self.n_stores[partner]

    def _offer(self, store: int) -> None:
        """Make this store the partner of earlier rows for which it is now the best."""
        rows = np.flatnonzero(self.is_candidate[:store])
        agreement = self._agreement[store, rows]
        rows, agreement = rows[agreement != NO_MATCH], agreement[agreement != NO_MATCH]
        together = self.n_stores[rows] + self.n_stores[store]
        is_tied = agreement == self._best[rows]
        is_lower = (together == self._together[rows]) & (store <= self._partner[rows])
        is_better = (agreement > self._best[rows]) | (
            is_tied & ((together > self._together[rows]) | is_lower)
        )
        rows = rows[is_better]
        self._best[rows] = agreement[is_better]
        self._partner[rows], self._together[rows] = store, together[is_better]


def merge_groups(groups: Groups, comparisons: Comparisons) -> list[GroupMerge]:
    """Merge until no two current anchors match; changes `groups`.

    Pairs of current anchors must be known to `comparisons`. This ends: in each merge the larger
    group, with n stores, grows, and only groups of at most n stores shrink or disappear. So the
    list of group sizes in descending order becomes lexicographically larger each time, and there
    are only finitely many such lists for a given number of stores.
    """
    pairs = _BestPairs(comparisons.agreement, groups)
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
    for member in groups.members(joining).tolist():
        (moved if comparisons.matches(member, into) else left).append(member)
    groups.anchor[moved] = into
    groups.anchor[left] = left
    loose = np.array([store for store in left if groups.is_current[store]], dtype=np.int64)
    comparisons.compare(loose, np.flatnonzero(groups.is_candidate()))
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
