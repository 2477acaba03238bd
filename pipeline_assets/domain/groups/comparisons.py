"""Which pairs of one company's stores are known, and the comparison of the other pairs.

Belongs here: what was compared during one run or is remembered from earlier ones, the count of the
comparisons made, the stores that match a store. Does not belong here: how agreement is computed
(`agreement`), groups (`merging`), the memory from one run to the next (`plan`).
"""

from collections import defaultdict

import numpy as np

from pipeline_assets.domain.groups.agreement import MatchRules, PairFigures, compare_lists
from pipeline_assets.domain.groups.arrays import Flags, Floats, Ints
from pipeline_assets.domain.groups.price_lists import PriceLists
from pipeline_assets.domain.groups.store_matches import StoreMatches


class Comparisons:
    """Compares stores, and counts each pair that was not known."""

    def __init__(self, lists: PriceLists, rules: MatchRules) -> None:
        self.lists = lists
        self.rules = rules
        self.pairs_compared = 0
        none: Ints = np.empty(0, dtype=np.int64)
        self._unlike = self._flags(none)
        """Stores no two of which match, as an earlier run found."""
        self._verdicts: dict[int, dict[int, bool]] = defaultdict(dict)
        """Whether two stores match that were compared on their own; each pair is in it twice."""
        self._compared: list[tuple[Flags, Flags]] = []
        """Each store of the first was compared with each of the second."""
        self._first_compared = none
        self._matches = StoreMatches(lists, none, none, rules)
        self._later: dict[int, list[tuple[Ints, Floats]]] = defaultdict(list)
        """The matches that `compare_later` found, for both stores of each pair."""

    def recall_match(self, store: int, other: int) -> None:
        """Take over from an earlier run that a pair matches."""
        self._verdicts[store][other] = self._verdicts[other][store] = True

    def recall_no_match(self, stores: Ints) -> None:
        """Take over from an earlier run that no two of these stores match."""
        self._unlike = self._flags(stores)

    def is_known(self, store: int, other: int) -> bool:
        """Whether the two were compared, in this run or an earlier one."""
        return bool(
            other in self._verdicts[store]
            or (self._unlike[store] and self._unlike[other])
            or any(
                (stores[store] and others[other]) or (stores[other] and others[store])
                for stores, others in self._compared
            )
        )

    def is_match(self, store: int, other: int) -> bool:
        """Whether the two stores match; compares them if this is not known yet."""
        verdicts = self._verdicts[store]
        if other not in verdicts:
            if self._unlike[store] and self._unlike[other]:
                return False
            self.pairs_compared += not self.is_known(store, other)
            verdict = self.figures(store, other).matches(self.rules)
            verdicts[other] = self._verdicts[other][store] = verdict
        return verdicts[other]

    def figures(self, store: int, other: int) -> PairFigures:
        """The counts behind a pair's agreement."""
        return compare_lists(self.lists.one(store), self.lists.one(other))

    def compare(self, stores: Ints, others: Ints) -> None:
        """Compare each of `stores` with each of `others`, and keep the best matches."""
        self._note(stores, others)
        self._first_compared = stores
        self._matches = StoreMatches(self.lists, stores, others, self.rules)

    def compare_later(self, store: int, others: Ints) -> None:
        """Compare one more store, and keep all of its matches."""
        stores = np.array([store])
        self._note(stores, others)
        matching, agreement = StoreMatches(self.lists, stores, others, self.rules).of(store)
        self._later[store].append((matching, agreement))
        for other, value in zip(matching.tolist(), agreement.tolist(), strict=True):
            self._later[other].append((stores, np.array([value])))

    @property
    def least_kept(self) -> float:
        """All matches are kept whose agreement is at least this; 0 when none was left out."""
        return self._matches.least_kept

    def keep_more(self, candidates: Ints) -> None:
        """Find the matches that were left out again, of those stores that are still candidates."""
        stores = np.intersect1d(self._first_compared, candidates)
        self._matches = StoreMatches(self.lists, stores, candidates, self.rules)

    def matches_of(self, store: int) -> tuple[Ints, Floats]:
        """The stores that `compare` and `compare_later` found to match this one, in any order.

        With their agreement. The store itself can be among them, and a store can be there twice.
        """
        stores, agreement = self._matches.of(store)
        if store not in self._later:
            return stores, agreement
        parts = [(stores, agreement), *self._later[store]]
        return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])

    def _note(self, stores: Ints, others: Ints) -> None:
        """Count the pairs that are not known yet, and note that they are."""
        are_stores, are_others = self._flags(stores), self._flags(others)
        for store in np.sort(stores).tolist():
            is_new = are_others & ~self._known(store)
            if are_others[store]:
                is_new[:store] &= ~are_stores[:store]  # counted from the other side
            self.pairs_compared += int(np.count_nonzero(is_new))
        self._compared.append((are_stores, are_others))

    def _known(self, store: int) -> Flags:
        is_known = self._flags(np.array([store, *self._verdicts[store]]))
        if self._unlike[store]:
            is_known |= self._unlike
        for stores, others in self._compared:
            if stores[store]:
                is_known |= others
            if others[store]:
                is_known |= stores
        return is_known

    def _flags(self, stores: Ints) -> Flags:
        flags = np.zeros(len(self.lists.store_ids), dtype=np.bool_)
        flags[stores] = True
        return flags
