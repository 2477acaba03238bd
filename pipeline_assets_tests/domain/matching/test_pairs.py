"""After a change, only what it touches is looked at again, as if everything had been.

This holds of both ways to score: as candidates for one product, and as comparable goods.
"""

import random
from collections.abc import Callable, Collection

import msgspec
import numpy as np
import pytest

from pipeline_assets.domain.matching.company_skus import (
    CompanySkus,
    VectorisedSkus,
    rows_of_ids,
    vectorised,
)
from pipeline_assets.domain.matching.comparable import (
    comparable,
    comparable_among,
    compare_changed,
)
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets.domain.matching.pairs import (
    ScoredPairs,
    no_pairs,
    score_all,
    score_changed,
)
from pipeline_assets_tests.domain.matching.samples import drawn

Renew = Callable[[CompanySkus, CompanySkus, ScoredPairs, Collection[int]], ScoredPairs]


def with_vectors(*sides: CompanySkus) -> list[VectorisedSkus]:
    return vectorised([(one, one.all_words()) for one in sides], shipped_model().weight_of)


def candidates_of(
    a: CompanySkus, b: CompanySkus, kept: ScoredPairs, changed: Collection[int]
) -> ScoredPairs:
    ours, theirs = with_vectors(a, b)
    return score_changed(ours, theirs, shipped_model(), kept, changed)


def kinds_of(
    a: CompanySkus, b: CompanySkus, kept: ScoredPairs, changed: Collection[int]
) -> ScoredPairs:
    ours, theirs = with_vectors(a, b)
    return compare_changed(ours, theirs, shipped_model().weight_of, kept, changed)


both_ways = pytest.mark.parametrize("renew", [candidates_of, kinds_of])


def everything(renew: Renew, a: CompanySkus, b: CompanySkus) -> ScoredPairs:
    return renew(a, b, no_pairs(), {*a.ids.tolist(), *b.ids.tolist()})


def as_lists(pairs: ScoredPairs) -> list[tuple[int, int, int, int, bool, bool]]:
    return list(
        zip(
            pairs.a.tolist(),
            pairs.b.tolist(),
            pairs.cosines_e6.tolist(),
            pairs.scores_e6.tolist(),
            pairs.of_a.tolist(),
            pairs.of_b.tolist(),
            strict=True,
        )
    )


def changed_side(
    skus: list[MatchableSku], company: str, next_id: int, rng: random.Random
) -> tuple[list[MatchableSku], set[int]]:
    """The side after some SKUs are gone, some are others, and some are new; and their ids."""
    kept = [sku for sku in skus if rng.random() > 0.1]
    changed: set[int] = set()
    for place, sku in enumerate(kept):
        if rng.random() < 0.1:
            other = drawn(sku.sku_id, company, rng)
            kept[place] = msgspec.structs.replace(other, sku=sku.sku)
            changed.add(sku.sku_id)
    new = [drawn(next_id + number, company, rng) for number in range(rng.randrange(6))]
    rng.shuffle(kept)
    return [*kept, *new], changed | {sku.sku_id for sku in new}


@both_ways
@pytest.mark.parametrize("seed", range(10))
def test_what_changed_gives_the_outcome_of_looking_at_everything(renew: Renew, seed: int) -> None:
    rng = random.Random(seed)
    ours = [drawn(number, "north", rng) for number in range(40)]
    theirs = [drawn(number, "south", rng) for number in range(1_000, 1_040)]
    pairs = everything(renew, CompanySkus.of(ours), CompanySkus.of(theirs))
    for step in range(3):
        ours, changed = changed_side(ours, "north", 100 * (step + 1), rng)
        theirs, others = changed_side(theirs, "south", 2_000 + 100 * step, rng)
        a, b = CompanySkus.of(ours), CompanySkus.of(theirs)
        pairs = renew(a, b, pairs, changed | others)
        assert as_lists(pairs) == as_lists(everything(renew, a, b))
        # What was read of the SKUs before cannot help: these are read afresh, in another order.
        rng.shuffle(ours)
        again = everything(renew, CompanySkus.of(ours), CompanySkus.of(theirs))
        assert as_lists(pairs) == as_lists(again)


def test_comparable_goods_among_renewed_pairs_are_those_of_a_first_run() -> None:
    rng = random.Random(2)
    weight_of, seen = shipped_model().weight_of, 0
    ours = [drawn(number, "north", rng) for number in range(60)]
    theirs = [drawn(number, "south", rng) for number in range(1_000, 1_060)]
    pairs = everything(kinds_of, CompanySkus.of(ours), CompanySkus.of(theirs))
    for step in range(5):
        ours, changed = changed_side(ours, "north", 100 * (step + 1), rng)
        theirs, others = changed_side(theirs, "south", 2_000 + 100 * step, rng)
        a, b = CompanySkus.of(ours), CompanySkus.of(theirs)
        pairs = kinds_of(a, b, pairs, changed | others)
        found = comparable_among(a, b, pairs)
        assert found == comparable(a, b, weight_of)
        seen += len(found)
    assert seen > 20


def test_each_sku_lists_at_most_ten_of_the_other_side() -> None:
    rng = random.Random(3)
    ours = CompanySkus.of([drawn(number, "north", rng) for number in range(90)])
    theirs = CompanySkus.of([drawn(number, "south", rng) for number in range(1_000, 1_090)])
    pairs = score_all(ours, theirs, shipped_model())
    assert pairs.looked_at == len(pairs.a)
    assert (pairs.of_a | pairs.of_b).all()
    assert np.unique(pairs.a[pairs.of_a], return_counts=True)[1].max() == 10
    assert np.unique(pairs.b[pairs.of_b], return_counts=True)[1].max() == 10


@both_ways
def test_where_nothing_changed_nothing_is_looked_at(renew: Renew) -> None:
    rng = random.Random(4)
    a = CompanySkus.of([drawn(number, "north", rng) for number in range(50)])
    b = CompanySkus.of([drawn(number, "south", rng) for number in range(1_000, 1_050)])
    pairs = everything(renew, a, b)
    again = renew(a, b, pairs, set())
    assert as_lists(again) == as_lists(pairs)
    assert again.looked_at == 0


@both_ways
def test_one_changed_sku_of_many_is_a_small_work(renew: Renew) -> None:
    rng = random.Random(5)
    ours = [drawn(number, "north", rng) for number in range(150)]
    b = CompanySkus.of([drawn(number, "south", rng) for number in range(1_000, 1_150)])
    pairs = everything(renew, CompanySkus.of(ours), b)
    ours[17] = msgspec.structs.replace(ours[17], name="Quarry Lane Rhubarb Muesli")
    again = renew(CompanySkus.of(ours), b, pairs, {17})
    assert as_lists(again) == as_lists(everything(renew, CompanySkus.of(ours), b))
    assert 0 < again.looked_at < len(pairs.a) / 10


def test_a_third_company_changes_no_cosine_of_two() -> None:
    """Vectors are made once for all companies: over more words, with the same numbers."""
    rng = random.Random(6)
    sides = [
        CompanySkus.of([drawn(1_000 * place + number, company, rng) for number in range(60)])
        for place, company in enumerate(("north", "south", "west"))
    ]
    wordy = CompanySkus.of(
        [*sides[2].skus, msgspec.structs.replace(sides[2].skus[0], sku="x", name="Aaa Mmm Zzz")]
    )
    model = shipped_model()
    a, b, _ = with_vectors(sides[0], sides[1], wordy)
    changed = {*sides[0].ids.tolist(), *sides[1].ids.tolist()}
    pairs = score_changed(a, b, model, no_pairs(), changed)
    assert as_lists(pairs) == as_lists(score_all(sides[0], sides[1], model))


@pytest.mark.parametrize("farthest", [60, 10**12])
def test_ids_are_found_whether_or_not_they_are_close_together(farthest: int) -> None:
    known = np.array([7, 3, farthest, 12])
    wanted = np.array([12, 4, 3, farthest, -5, 10**15, 7, farthest + 1])
    assert rows_of_ids(known, wanted).tolist() == [3, -1, 1, 2, -1, -1, 0, -1]
    assert rows_of_ids(known[:0], wanted).tolist() == [-1] * len(wanted)
