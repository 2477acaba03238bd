"""The matches of stores, found among their lists: equal lists are compared once.

Belongs here: which stores have which list, the matches of a store. Does not belong here: which
lists match (`agreement`), which of the matches are kept (`best_matches`), what is counted as a
comparison (`comparisons`).
"""

import numpy as np

from pipeline_assets.domain.groups.agreement import MatchRules, matching_pairs
from pipeline_assets.domain.groups.arrays import Floats, Ints
from pipeline_assets.domain.groups.best_matches import BestMatches
from pipeline_assets.domain.groups.price_lists import PriceLists


class StoreMatches:
    """Compares the lists of `stores` with those of `others`, and keeps the best matches."""

    def __init__(self, lists: PriceLists, stores: Ints, others: Ints, rules: MatchRules) -> None:
        everyone = np.union1d(stores, others) if stores.size else stores
        lists.load(everyone)
        rows = np.unique(lists.numbers(stores))
        numbers = np.concatenate((rows, np.setdiff1d(lists.numbers(everyone), rows)))
        distinct = [lists.distinct(number) for number in numbers.tolist()]
        found = matching_pairs(distinct, rows.size, rules)
        self._best = BestMatches(numbers.size, found)
        place_of_number = np.empty(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
        place_of_number[numbers] = np.arange(numbers.size)
        places = place_of_number[lists.numbers(everyone)]
        self._place = np.full(len(lists.store_ids), -1)
        """The place of each store's list among those that were compared."""
        self._place[everyone] = places
        self._has_prices = np.array([one.size > 0 for one in distinct], dtype=np.bool_)
        self._stores = everyone[np.argsort(places)]
        """The stores by the places of their lists; those of one place start at `_start`."""
        self._start = np.searchsorted(np.sort(places), np.arange(numbers.size + 1))

    @property
    def least_kept(self) -> float:
        """All matches are kept whose agreement is at least this; 0 when none was left out."""
        return self._best.least

    def of(self, store: int) -> tuple[Ints, Floats]:
        """The stores that match this one, in any order, and their agreement with it.

        The store itself is among them, unless it has no prices or was not compared.
        """
        place = int(self._place[store])
        if place < 0:
            return self._stores[:0], np.empty(0)
        places, agreement = self._best.of(place)
        if self._has_prices[place]:
            places, agreement = np.append(places, place), np.append(agreement, 1.0)
        start, sizes = self._start[places], self._start[places + 1] - self._start[places]
        first = np.cumsum(sizes) - sizes
        at = np.arange(int(sizes.sum())) + np.repeat(start - first, sizes)
        return self._stores[at], np.repeat(agreement, sizes)
