"""The matching pairs that are kept while groups merge: the best of them, never too many.

Belongs here: which matches are kept, and finding those of one list. Does not belong here: which
pairs match (`agreement`), the stores that have the lists (`comparisons`).

Pairs merge in the order of their agreement. So it is enough to know the pairs of the highest
agreement; once these are merged, the few groups that are left are compared again for the rest.
"""

from collections.abc import Iterable

import numpy as np
from scipy.sparse import coo_array

from pipeline_assets.domain.groups.agreement import Matches
from pipeline_assets.domain.groups.arrays import Floats, Ints

# Pairs kept at most; a million take about 60 MB while they are sorted. Pairs of the very highest
# agreement are all kept, however many they are.
MOST_PAIRS = 2**20


class BestMatches:
    """The matches of the highest agreement among lists with numbers below `n_lists`."""

    def __init__(self, n_lists: int, found: Iterable[Matches] = ()) -> None:
        self.least = 0.0
        """All pairs are kept whose agreement is at least this; 0 when none was left out."""
        kept: list[Matches] = []
        room = MOST_PAIRS
        for matches in found:
            kept.append(_at_least(matches, self.least))
            if sum(each.agreement.size for each in kept) > room:
                together = _joined(kept)
                self.least = _least_of_the_best(together.agreement)
                kept = [_at_least(together, self.least)]
                room = max(MOST_PAIRS, 2 * kept[0].agreement.size)
        pairs = _joined(kept)
        ones, others = np.append(pairs.one, pairs.other), np.append(pairs.other, pairs.one)
        values = np.append(pairs.agreement, pairs.agreement)
        self._table = coo_array((values, (ones, others)), shape=(n_lists, n_lists)).tocsr()

    def of(self, number: int) -> tuple[Ints, Floats]:
        """The lists that match this one, in any order, and their agreement with it."""
        part = slice(*self._table.indptr[number : number + 2])
        return self._table.indices[part], self._table.data[part]


def _at_least(matches: Matches, least: float) -> Matches:
    is_kept = matches.agreement >= least
    return Matches(matches.one[is_kept], matches.other[is_kept], matches.agreement[is_kept])


def _joined(parts: list[Matches]) -> Matches:
    none = np.empty(0, dtype=np.int32)
    return Matches(
        np.concatenate([none, *(each.one for each in parts)]),
        np.concatenate([none, *(each.other for each in parts)]),
        np.concatenate([none, *(each.agreement for each in parts)], dtype=np.float64),
    )


def _least_of_the_best(agreement: Floats) -> float:
    """The agreement from which on at most half as many pairs are kept as may be, but at least one.

    Half, so that the next pairs do not lead here again at once.
    """
    limit = np.sort(agreement)[-(MOST_PAIRS // 2) - 1]
    higher = agreement[agreement > limit]
    return float(higher.min() if higher.size else limit)
