"""The pairs of SKUs of two companies that are looked at, with their scores, kept up to date.

What a caller keeps between runs is a `ScoredPairs` for each pair of companies and way to score, and
the version of the model that made it: with another model everything is looked at again. Of new,
changed and gone SKUs it names the ids; then only these are looked at again, and those of the other
company whose ten nearest they leave or enter. The outcome equals that of looking at everything (a
property test).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline_assets.domain.matching.candidates import (
    BLOCK,
    LEAST_COSINE_E6,
    MOST_NEAREST,
    Indices,
    Nearest,
    WeightOf,
    WordVectors,
    cosines_e6,
    nearest,
)
from pipeline_assets.domain.matching.company_skus import CompanySkus, VectorisedSkus, vectorised
from pipeline_assets.domain.matching.features import LEAST_COVERED, compare, features
from pipeline_assets.domain.matching.goods import Goods
from pipeline_assets.domain.matching.model import MatchingModel
from pipeline_assets.domain.matching.vetoes import is_vetoed

PairFlags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Pairs of SKUs: parallel arrays, sorted by the SKUs of both sides.

    `a`, `b`: ids. `cosines_e6`, `scores_e6`: in millionths; a pair that is ruled out has score 0.
    `of_a`: whether b is among the ten nearest of a; `of_b`: the reverse. `looked_at`: how many
    pairs were scored to make this; not part of what is kept.
    """

    a: Indices
    b: Indices
    cosines_e6: Indices
    scores_e6: Indices
    of_a: PairFlags
    of_b: PairFlags
    looked_at: int = 0


@dataclass(frozen=True, slots=True)
class WayToScore:
    """How near two goods are, and how good a pair they make.

    `vectors`: those by which the nearest are found. `score_e6`: of two goods and their cosine in
    millionths, in millionths; 0 for a pair that is ruled out. A pure function: a score that is kept
    is never asked for again.
    """

    vectors: Callable[[VectorisedSkus], WordVectors]
    score_e6: Callable[[Goods, Goods, int], int]


def no_pairs() -> ScoredPairs:
    """What is kept before the first run."""
    none = np.empty(0, np.int64)
    return ScoredPairs(none, none, none, none, none.astype(bool), none.astype(bool))


def score_all(a: CompanySkus, b: CompanySkus, model: MatchingModel) -> ScoredPairs:
    """Look at everything for pairs that can be one product."""
    return renew_all(a, b, _way_of(model), model.weight_of)


def score_changed(
    a: VectorisedSkus,
    b: VectorisedSkus,
    model: MatchingModel,
    kept: ScoredPairs,
    changed: Collection[int],
) -> ScoredPairs:
    """What `score_all` gives, from that of an earlier run; see `renew_changed`."""
    return renew_changed(a, b, _way_of(model), kept, changed)


def _way_of(model: MatchingModel) -> WayToScore:
    return WayToScore(
        vectors=lambda side: side.said,
        score_e6=lambda a, b, cosine_e6: score_pair(a, b, cosine_e6, model),
    )


def renew_all(a: CompanySkus, b: CompanySkus, way: WayToScore, weight_of: WeightOf) -> ScoredPairs:
    """Look at everything."""
    ours, theirs = vectorised([(side, side.all_words()) for side in (a, b)], weight_of)
    return renew_changed(ours, theirs, way, no_pairs(), {*a.ids.tolist(), *b.ids.tolist()})


def renew_changed(
    a: VectorisedSkus,
    b: VectorisedSkus,
    way: WayToScore,
    kept: ScoredPairs,
    changed: Collection[int],
) -> ScoredPairs:
    """The pairs of all SKUs, from those of an earlier run and the ids of what changed since.

    `a`, `b`: vectorised together. `changed`: the ids of SKUs that are new or whose name, brand,
    size, category, description or price is another; SKUs that are gone are noticed.
    """
    vectors = way.vectors(a), way.vectors(b)
    ours, theirs = a.company, b.company
    rows_a, rows_b = ours.rows_of(kept.a), theirs.rows_of(kept.b)
    ids = np.fromiter(changed, np.int64, len(changed))
    renewed_a, renewed_b = np.isin(ours.ids, ids), np.isin(theirs.ids, ids)
    of_a = _renewed(
        *vectors, renewed_a, renewed_b, _listed(rows_a, rows_b, kept.cosines_e6, kept.of_a)
    )
    of_b = _renewed(
        *vectors[::-1], renewed_b, renewed_a, _listed(rows_b, rows_a, kept.cosines_e6, kept.of_b)
    )
    known = _known_scores(rows_a, rows_b, kept, renewed_a, renewed_b, len(theirs.skus))
    return _joined(ours, theirs, of_a, of_b, known, way)


def _listed(rows: Indices, columns: Indices, cosines: Indices, flags: PairFlags) -> Nearest:
    """The lists of the rows that are still there; a column that is gone is -1."""
    there = flags & (rows >= 0)
    return Nearest(rows[there], columns[there], cosines[there])


def _renewed(
    rows: WordVectors,
    others: WordVectors,
    is_renewed: PairFlags,
    is_other_renewed: PairFlags,
    kept: Nearest,
) -> Nearest:
    """Each row's nearest: the kept ones of rows that nothing has changed for, others anew."""
    touched = is_renewed.copy()
    lost = (kept.columns < 0) | is_other_renewed[kept.columns] if len(kept.rows) else kept.rows
    touched[kept.rows[lost.astype(bool)]] = True
    if not is_renewed.all():
        touched |= _entered(rows, others, np.flatnonzero(is_other_renewed), kept)
    anew = nearest(rows, others, np.flatnonzero(touched))
    stays = ~touched[kept.rows]
    return Nearest(
        np.concatenate([kept.rows[stays], anew.rows]),
        np.concatenate([kept.columns[stays], anew.columns]),
        np.concatenate([kept.cosines_e6[stays], anew.cosines_e6]),
    )


def _entered(rows: WordVectors, others: WordVectors, renewed: Indices, kept: Nearest) -> PairFlags:
    """The rows among whose ten nearest a renewed one of the others can be."""
    count = rows.rows.shape[0]
    tenth = np.full(count, LEAST_COSINE_E6, np.int64)
    full = np.bincount(kept.rows, minlength=count) >= MOST_NEAREST
    lowest = np.full(count, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(lowest, kept.rows, kept.cosines_e6)
    tenth[full] = lowest[full]
    entered = np.zeros(count, bool)
    for begin in range(0, len(renewed), BLOCK):
        product = cosines_e6(others, rows, renewed[begin : begin + BLOCK])
        entered[product.indices[product.data >= tenth[product.indices]]] = True
    return entered


def _known_scores(
    rows_a: Indices,
    rows_b: Indices,
    kept: ScoredPairs,
    renewed_a: PairFlags,
    renewed_b: PairFlags,
    width: int,
) -> tuple[Indices, Indices]:
    """The pairs whose score is known, as one sorted number each, and the scores."""
    there = (rows_a >= 0) & (rows_b >= 0)
    a, b, scores = rows_a[there], rows_b[there], kept.scores_e6[there]
    same = ~(renewed_a[a] | renewed_b[b])
    pairs = a[same] * width + b[same]
    order = np.argsort(pairs, kind="stable")  # quick, as they mostly are in order
    return pairs[order], scores[same][order]


def _joined(
    a: CompanySkus,
    b: CompanySkus,
    of_a: Nearest,
    of_b: Nearest,
    known: tuple[Indices, Indices],
    way: WayToScore,
) -> ScoredPairs:
    width = max(len(b.skus), 1)
    first = of_a.rows * width + of_a.columns
    second = of_b.columns * width + of_b.rows
    pairs, index, places_of = np.unique(
        np.concatenate([first, second]), return_index=True, return_inverse=True
    )
    cosines = np.concatenate([of_a.cosines_e6, of_b.cosines_e6])[index]
    rows, columns = pairs // width, pairs % width
    scores = np.full(len(pairs), -1, np.int64)
    if len(known[0]):
        places = np.minimum(np.searchsorted(known[0], pairs), len(known[0]) - 1)
        found = known[0][places] == pairs
        scores[found] = known[1][places][found]
    unknown = np.flatnonzero(scores < 0)
    asked = (part[unknown].tolist() for part in (rows, columns, cosines))
    scores[unknown] = [
        way.score_e6(a.goods_at(row), b.goods_at(column), cosine_e6)
        for row, column, cosine_e6 in zip(*asked, strict=True)
    ]
    return ScoredPairs(
        a.ids[rows],
        b.ids[columns],
        cosines,
        scores,
        _marked(len(pairs), places_of[: len(first)]),
        _marked(len(pairs), places_of[len(first) :]),
        len(unknown),
    )


def _marked(count: int, places: Indices) -> PairFlags:
    marks = np.zeros(count, bool)
    marks[places] = True
    return marks


def score_pair(a: Goods, b: Goods, cosine_e6: int, model: MatchingModel) -> int:
    """The probability that two things are one, in millionths; 0 if a rule excludes it."""
    if is_vetoed(a, b, model.weight_of):
        return 0
    pair = compare(a, b, cosine_e6 / 1_000_000, model.weight_of)
    if max(pair.covered_a, pair.covered_b) < LEAST_COVERED:
        return 1
    return max(1, model.score_e6(features(pair, model.weight_of)))
