"""What speaks for and against two things being one, in numbers. A pure function of the two."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from pipeline_assets.domain.matching.candidates import WeightOf
from pipeline_assets.domain.matching.goods import Goods
from pipeline_assets.domain.matching.packs import Agreement, agreement
from pipeline_assets.domain.matching.vocabulary import PACKAGING, PLAIN_VARIANTS, VARIANTS

FEATURES = (
    "cosine",
    "covered_least",
    "covered_most",
    "left_least",
    "left_most",
    "rarest_left",
    "variants_left",
    "variants_both",
    "shelf_variants_left",
    "numbers_left",
    "plain_against_variant",
    "brand_least",
    "brand_most",
    "category",
    "price_gap",
    "price_unknown",
    "size_same",
    "count_same",
    "likeness",
    "common",
)
"""The names of the features, in the order of the coefficients."""

LEAST_COVERED = 0.6
"""Where neither name says this much of the other, they are two things; nothing else is asked."""
_LEAST_LETTERS = 6  # shorter words one letter apart are mostly different words
_SPELLED_ALIKE = 0.83
_WIDEST_PRICE_GAP = 1.5  # e times and a half


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things, compared. `left_a`, `left_b`: the words of each name that the other lacks.

    `covered_a`, `covered_b`: the weighted share of each name that the other says or explains.
    `brand_a`, `brand_b`: how much of each brand the other names, see `brand_found`.
    """

    a: Goods
    b: Goods
    cosine: float
    sizes: Agreement
    left_a: tuple[str, ...]
    left_b: tuple[str, ...]
    covered_a: float
    covered_b: float
    brand_a: float
    brand_b: float


def compare(a: Goods, b: Goods, cosine: float, weight_of: WeightOf) -> Comparison:
    """What two things have and lack in common."""
    left_a, left_b = _left(a, b), _left(b, a)
    left_a, left_b = _without_misspelt(left_a, left_b)
    return Comparison(
        a=a,
        b=b,
        cosine=cosine,
        sizes=agreement(a.pack, b.pack),
        left_a=left_a,
        left_b=left_b,
        covered_a=_share(a.name, _telling(left_a, b), weight_of),
        covered_b=_share(b.name, _telling(left_b, a), weight_of),
        brand_a=brand_found(a, b, weight_of),
        brand_b=brand_found(b, a, weight_of),
    )


def features(pair: Comparison, weight_of: WeightOf) -> list[float]:
    """The numbers named in `FEATURES`."""
    a, b = pair.a, pair.b
    left_a, left_b = _telling(pair.left_a, b), _telling(pair.left_b, a)
    variants_a, variants_b = _variants(left_a), _variants(left_b)
    shelf = [*_shelf_variants(a, b), *_shelf_variants(b, a)]
    covered = pair.covered_a, pair.covered_b
    left = sum(map(weight_of, left_a)), sum(map(weight_of, left_b))
    gap = price_gap(a, b)
    brand_a, brand_b = pair.brand_a, pair.brand_b
    weights = [*map(weight_of, left_a), *map(weight_of, left_b)]
    return [
        pair.cosine,
        min(covered),
        max(covered),
        min(left),
        max(left),
        max(weights, default=0.0),
        min(len(variants_a) + len(variants_b), 4),
        float(bool(variants_a and variants_b)),
        min(len(shelf), 2),
        min(sum(word.isdecimal() for word in (*left_a, *left_b)), 2),
        _plain_against_variant(pair, variants_a, variants_b),
        min(brand_a, brand_b),
        max(brand_a, brand_b),
        weighted_overlap(a.categories, b.categories, weight_of),
        _WIDEST_PRICE_GAP / 2 if gap is None else gap,
        float(gap is None),
        float(pair.sizes is Agreement.SAME),
        float(a.pack.count is not None and a.pack.count == b.pack.count),
        fuzz.token_set_ratio(" ".join(sorted(a.said)), " ".join(sorted(b.said))) / 100,
        min(len(a.named & b.said) + len(b.named & a.said), 16) / 16,
    ]


def says_other_variants(pair: Comparison) -> bool:
    """Whether the names tell different goods of one brand.

    One names a flavour, a colour, a number or the like that the other lacks, or each has a word of
    its own that neither packaging nor the other's category explains.
    """
    left_a, left_b = _telling(pair.left_a, pair.b), _telling(pair.left_b, pair.a)
    return bool((left_a and left_b) or _variants((*left_a, *left_b)))


def brand_found(of: Goods, within: Goods, weight_of: WeightOf) -> float:
    """How much of one thing's brand, by field or by shelf, the other's texts name; 0 to 1."""
    return max(words_found(of.brand, within, weight_of), words_found(of.head, within, weight_of))


def words_found(words: tuple[str, ...], within: Goods, weight_of: WeightOf) -> float:
    """How much of these words, by weight, a thing's texts have; 0 to 1, 0 without words."""
    if not words:
        return 0.0
    if "".join(words) in within.said or "".join(words) in within.joined:
        return 1.0
    total = sum(map(weight_of, words)) or 1.0
    return sum(weight_of(word) for word in words if _covers(within, word)) / total


def _shelf_variants(of: Goods, within: Goods) -> list[str]:
    """Variants that only the shelf name of one names."""
    return _variants(word for word in {*of.shelf} - of.named if not _covers(within, word))


def _covers(goods: Goods, word: str) -> bool:
    return word in goods.said or word in goods.joined


def _left(of: Goods, within: Goods) -> tuple[str, ...]:
    """The words of a name that the other lacks, whichever way they are joined."""
    name = of.name
    joined = {
        word
        for one, other in pairwise(name)
        if f"{one}{other}" in within.said
        for word in (one, other)
    }
    return tuple(
        word
        for word in dict.fromkeys(name)
        if not _covers(within, word) and word not in joined and word not in of.brand
    )


def _without_misspelt(
    left_a: tuple[str, ...], left_b: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    long_a, long_b = (
        [word for word in left if len(word) >= _LEAST_LETTERS] for left in (left_a, left_b)
    )
    alike = [(a, b) for a in long_a for b in long_b if _is_misspelt(a, b)]
    if not alike:
        return left_a, left_b
    ours, theirs = {a for a, _ in alike}, {b for _, b in alike}
    return (
        tuple(word for word in left_a if word not in ours),
        tuple(word for word in left_b if word not in theirs),
    )


@lru_cache(maxsize=65_536)
def _is_misspelt(a: str, b: str) -> bool:
    """Whether two long words are spellings of one; two words of the language are not."""
    if a in VARIANTS and b in VARIANTS:
        return False
    return OSA.normalized_similarity(a, b) >= _SPELLED_ALIKE


def _telling(left: tuple[str, ...], other: Goods) -> tuple[str, ...]:
    """Of the words left over, those that neither packaging nor the other's category explains."""
    return tuple(word for word in left if word not in PACKAGING and word not in other.categories)


def _variants(words: Iterable[str]) -> list[str]:
    return [word for word in words if word in VARIANTS or word.isdecimal()]


def _plain_against_variant(pair: Comparison, variants_a: list[str], variants_b: list[str]) -> float:
    """Whether one is the plain variant and the other another: `Original` beside `Salted`."""
    plain_a = any(word in PLAIN_VARIANTS for word in pair.left_a)
    plain_b = any(word in PLAIN_VARIANTS for word in pair.left_b)
    return float(bool((plain_a and variants_b) or (plain_b and variants_a)))


def _share(name: tuple[str, ...], left: tuple[str, ...], weight_of: WeightOf) -> float:
    total = sum(weight_of(word) for word in dict.fromkeys(name)) or 1.0
    return 1 - sum(map(weight_of, left)) / total


def weighted_overlap(one: frozenset[str], other: frozenset[str], weight_of: WeightOf) -> float:
    """The weighted share of common words, 0 to 1."""
    total = sum(map(weight_of, sorted(one | other)))
    return sum(map(weight_of, sorted(one & other))) / total if total else 0.0


def price_gap(a: Goods, b: Goods) -> float | None:
    """How far the prices are apart, as the logarithm of their ratio; None if one is unknown."""
    one, other = a.sku.price_cents, b.sku.price_cents
    if not one or not other:
        return None
    return min(abs(math.log(one / other)), _WIDEST_PRICE_GAP)
