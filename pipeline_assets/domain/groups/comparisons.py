"""What is known about each pair of one company's stores, and the comparison of the other pairs.

Belongs here: the table of agreements during one run, and the count of the comparisons made in it.
Does not belong here: how agreement is computed (`agreement`), groups (`merging`), the memory from
one run to the next (`plan`).
"""

import numpy as np

from pipeline_assets.domain.groups.agreement import (
    NO_MATCH,
    Floats,
    MatchRules,
    PairFigures,
    PriceLists,
    compare_pair,
    matching_agreement,
)
from pipeline_assets.domain.groups.incidence import Ints

# Rows of a table of pairs processed at a time; this limits the memory for intermediate results.
BLOCK_ROWS = 512


class Comparisons:
    """What is known about each pair of stores; compares unknown pairs and counts them."""

    def __init__(self, lists: PriceLists, rules: MatchRules) -> None:
        self.lists = lists
        self.rules = rules
        self.pairs_compared = 0
        n_stores = len(lists.store_ids)
        self.agreement: Floats = np.full((n_stores, n_stores), np.nan)
        """Symmetric: the agreement of pairs that match, NO_MATCH for others, NaN where unknown."""
        np.fill_diagonal(self.agreement, NO_MATCH)

    def recall_match(self, store: int, other: int, agreement: float) -> None:
        """Take over from an earlier run that a pair matches."""
        self.agreement[store, other] = self.agreement[other, store] = agreement

    def recall_no_match(self, stores: Ints) -> None:
        """Take over from an earlier run that no two of these stores match."""
        self.agreement[np.ix_(stores, stores)] = NO_MATCH

    def matches(self, store: int, other: int) -> bool:
        """Whether the two stores match; compares them if this is not known yet."""
        if np.isnan(self.agreement[store, other]):
            figures = self.figures(store, other)
            is_match = figures.matches(self.rules)
            value = figures.equal / figures.both if is_match else NO_MATCH
            self.agreement[store, other] = self.agreement[other, store] = value
            self.pairs_compared += 1
        return bool(self.agreement[store, other] != NO_MATCH)

    def figures(self, store: int, other: int) -> PairFigures:
        """The counts behind a pair's agreement."""
        return compare_pair(self.lists, store, other)

    def compare(self, stores: Ints, others: Ints) -> None:
        """Compare each of `stores` with each of `others`, except the pairs already known."""
        for start in range(0, stores.size, BLOCK_ROWS):
            rows = stores[start : start + BLOCK_ROWS]
            is_open = np.isnan(self.agreement[np.ix_(rows, others)])
            rows, cols = rows[is_open.any(axis=1)], others[is_open.any(axis=0)]
            is_open = np.isnan(self.agreement[np.ix_(rows, cols)])
            # A pair with both stores in rows and in cols appears twice.
            twice = is_open[np.isin(rows, cols)][:, np.isin(cols, rows)]
            self.pairs_compared += int(is_open.sum()) - int(twice.sum()) // 2
            found = matching_agreement(self.lists, rows, cols, self.rules)
            found[rows[:, None] == cols] = NO_MATCH
            self.agreement[np.ix_(rows, cols)] = found
            self.agreement[np.ix_(cols, rows)] = found.T
