"""All SKUs of one company, what is read from them, and the vectors of their words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline_assets.domain.matching.candidates import (
    Indices,
    WeightOf,
    WordVectors,
    word_vectors,
)
from pipeline_assets.domain.matching.goods import Goods, MatchableSku, read_goods
from pipeline_assets.domain.matching.word_lists import (
    WordLists,
    no_word_lists,
    renewed_word_lists,
)

_WIDEST_SPAN = 64
"""Ids are numbered by the database. Where they are not this many times as spread out as there are
SKUs, a table of all numbers finds them twenty times as fast as a search."""


@dataclass(frozen=True, slots=True)
class CompanyWords:
    """The words of each SKU of a company. `said`: all of them; `kinds`: what says what it is."""

    said: WordLists
    kinds: WordLists


@dataclass(frozen=True)
class CompanySkus:
    """All SKUs of one company, in the order of their SKUs, whichever order they are given in."""

    skus: tuple[MatchableSku, ...]

    @classmethod
    def of(cls, skus: Collection[MatchableSku]) -> "CompanySkus":
        """The side of these SKUs; raises `ValueError` if they are of several companies."""
        if len({sku.company for sku in skus}) > 1:
            raise ValueError("these are the SKUs of several companies")
        return cls(tuple(sorted(skus, key=lambda sku: sku.sku)))

    @property
    def goods(self) -> list[Goods]:
        """What is read from each SKU."""
        return list(map(self.goods_at, range(len(self.skus))))

    def goods_at(self, row: int) -> Goods:
        """What is read from one SKU; read when it is first asked for."""
        known = self._read_so_far[row]
        if known is None:
            known = self._read_so_far[row] = read_goods(self.skus[row])
        return known

    @cached_property
    def _read_so_far(self) -> list[Goods | None]:
        return [None] * len(self.skus)

    @cached_property
    def ids(self) -> Indices:
        """The id of each SKU."""
        return np.fromiter((sku.sku_id for sku in self.skus), np.int64, len(self.skus))

    def rows_of(self, ids: Indices) -> Indices:
        """The row of each id, -1 for one that is not there."""
        return rows_of_ids(self.ids, ids)

    def words(self, kept: CompanyWords, rows: Indices) -> CompanyWords:
        """The words of each SKU: those kept in the row that is named for it, or read for -1."""
        goods = [self.goods_at(row) for row in np.flatnonzero(rows < 0).tolist()]
        return CompanyWords(
            renewed_word_lists(kept.said, rows, [one.said for one in goods]),
            renewed_word_lists(kept.kinds, rows, [one.kind for one in goods]),
        )

    def all_words(self) -> CompanyWords:
        """The words of each SKU, all of them read."""
        return self.words(no_words(), np.full(len(self.skus), -1, np.int64))


def no_words() -> CompanyWords:
    """What is kept before the first run."""
    return CompanyWords(no_word_lists(), no_word_lists())


@dataclass(frozen=True, slots=True)
class VectorisedSkus:
    """A company's SKUs, ready to be compared with those that were vectorised with them."""

    company: CompanySkus
    said: WordVectors
    kinds: WordVectors


def vectorised(
    sides: Sequence[tuple[CompanySkus, CompanyWords]], weight_of: WeightOf
) -> list[VectorisedSkus]:
    """The sides with their vectors, once for all pairs of them."""
    lists = [one for _, words in sides for one in (words.said, words.kinds)]
    vectors = word_vectors(lists, weight_of)
    return [
        VectorisedSkus(company, said, kinds)
        for (company, _), said, kinds in zip(sides, vectors[::2], vectors[1::2], strict=True)
    ]


def rows_of_ids(known: Indices, ids: Indices) -> Indices:
    """The place of each id among the known ones, -1 for one that is not there."""
    if not len(known):
        return np.full(len(ids), -1, np.int64)
    low, high = int(known.min()), int(known.max())
    if high - low > _WIDEST_SPAN * len(known):
        return _found_in_order(known, ids)
    table = np.full(high - low + 1, -1, np.int64)
    table[known - low] = np.arange(len(known))
    return np.where((ids >= low) & (ids <= high), table[np.clip(ids, low, high) - low], -1)


def _found_in_order(known: Indices, ids: Indices) -> Indices:
    order = np.argsort(known)
    ordered = known[order]
    places = np.minimum(np.searchsorted(ordered, ids), len(known) - 1)
    return np.where(ordered[places] == ids, order[places], -1)
