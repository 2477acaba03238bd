"""Each pair is compared, and counted, once."""

import numpy as np

from pipeline_assets.domain.groups.agreement import MatchRules
from pipeline_assets.domain.groups.comparisons import Comparisons
from pipeline_assets_tests.domain.groups.companies import price_lists, priced

TWENTY = price_lists({f"{at:02}": priced(100, 10 * (at % 2)) for at in range(20)})
EVERYONE = np.arange(20)


def test_a_pair_counts_once_though_both_stores_are_on_both_sides() -> None:
    comparisons = Comparisons(TWENTY, MatchRules())
    comparisons.compare(EVERYONE[:4], EVERYONE[2:])
    assert comparisons.pairs_compared == 2 * 18 + (2 * 16 + 1)
    comparisons.compare(EVERYONE, EVERYONE)
    assert comparisons.pairs_compared == 190
    assert all(comparisons.is_known(one, other) for one in range(20) for other in range(20))
    stores, agreement = comparisons.matches_of(0)
    assert (sorted(stores), set(agreement)) == (list(range(0, 20, 2)), {1.0})


def test_what_is_recalled_is_neither_compared_nor_counted() -> None:
    comparisons = Comparisons(TWENTY, MatchRules())
    comparisons.recall_match(0, 1)
    comparisons.recall_no_match(np.array([2, 4, 6]))
    assert comparisons.is_match(1, 0)
    assert not comparisons.is_match(4, 2)
    assert comparisons.pairs_compared == 0
    assert comparisons.is_match(2, 8)
    assert not comparisons.is_match(3, 8)
    assert comparisons.pairs_compared == 2
