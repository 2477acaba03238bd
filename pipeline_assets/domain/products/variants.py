"""Whether the pages of two articles with the same match key say that they are different variants.

Names often leave out what tells variants apart, and the address of the page has it:
`…-shower-gel-active-sport-1l` and `…-shower-gel-aqua-revive-1l`. What counts of an address is its
slug, the last segment of its path.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from pipeline_assets.domain.normalisation.words import clean_words
from pipeline_assets.domain.products.constrained_clustering import Foes, Places
from pipeline_assets.domain.products.facts import SkuFacts

MOST_SLUGS = 64
"""With more different slugs than this, one company's match key says nothing: all are variants."""

MOST_SLUG_WORDS = 32
"""A slug of more words than this is not read: comparing two costs the product of their words."""

_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"\d")

Slug = frozenset[str]
"""The words of a slug."""


class OwnWords(NamedTuple):
    """The words that each of two slugs has for itself: neither the other slug nor a name has them.

    Sorted. The two are variants if both have some.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def are_variants(self) -> bool:
        """Whether both slugs have words for themselves."""
        return bool(self.left and self.right)


@lru_cache(maxsize=8_192)
def slug_of(url: str | None) -> Slug:
    """The words of an address's slug, in the form of `clean_words`, without parts with a digit.

    Empty without an address, and for one that cannot be read or has more than `MOST_SLUG_WORDS`.
    """
    try:
        path = urlsplit(url or "").path
    except ValueError:  # such as a bracket that is not closed
        return frozenset()
    segment = path.rstrip("/").rpartition("/")[2]
    parts = _NO_LETTER_OR_DIGIT.split(unquote(segment))
    words = frozenset(
        word for part in parts if not _DIGIT.search(part) for word in clean_words(part)
    )
    return words if len(words) <= MOST_SLUG_WORDS else frozenset()


def own_words(left: Slug, right: Slug, named: Collection[str]) -> OwnWords:
    """What each slug says for itself; `named`: the words of both articles' names and brands.

    Words that abbreviate one another, such as `frozen` and `frz`, are not counted.
    """
    of_left, of_right = left.difference(right, named), right.difference(left, named)
    return OwnWords(_unmatched(of_left, of_right), _unmatched(of_right, of_left))


def _unmatched(words: Slug, others: Slug) -> tuple[str, ...]:
    return tuple(sorted(w for w in words if not any(_abbreviate(w, other) for other in others)))


def _abbreviate(one: str, other: str) -> bool:
    """Whether one of the words abbreviates the other: its letters in order, the first the same."""
    short, long = sorted((one, other), key=len)
    letters = iter(long)
    return short[0] == long[0] and all(letter in letters for letter in short)


def words_of_variants(left: SkuFacts, right: SkuFacts) -> OwnWords:
    """What the pages of two SKUs with the same match key say that nothing else does."""
    return own_words(slug_of(left.url), slug_of(right.url), (left.match_key or "").split())


class Variants(NamedTuple):
    """What keeps variants apart: each SKU's place is its slug, and the foes of slugs are others.

    Only SKUs that have a variant are included.
    """

    places: Places
    foes: Foes


def find_variants(skus: Iterable[SkuFacts]) -> Variants:
    """The variants among these SKUs.

    They are SKUs of one company without a barcode and with the same match key, whose slugs both
    have words for themselves.
    """
    alike: dict[tuple[str, str], list[SkuFacts]] = defaultdict(list)
    for sku in skus:
        if sku.barcode is None and sku.match_key is not None and sku.url is not None:
            alike[sku.company, sku.match_key].append(sku)
    places: dict[int, Collection[Hashable]] = {}
    foes: dict[Hashable, Collection[Hashable]] = {}
    for key, group in alike.items():
        if len(group) > 1:
            of_key = _of_key(key, group)
            places |= of_key.places
            foes |= of_key.foes
    return Variants(places, foes)


def _of_key(key: tuple[str, str], group: Collection[SkuFacts]) -> Variants:
    holders: dict[Slug, list[int]] = defaultdict(list)
    for sku in group:
        holders[slug_of(sku.url)].append(sku.sku_id)
    if len(holders) > MOST_SLUGS:
        return Variants({sku.sku_id: (key,) for sku in group}, {})
    named = key[1].split()
    foes: dict[Hashable, list[Hashable]] = defaultdict(list)
    for left, right in combinations(holders, 2):
        if own_words(left, right, named).are_variants:
            foes[key, left].append((key, right))
            foes[key, right].append((key, left))
    places = {
        i: ((key, slug),) for slug, ids in holders.items() if (key, slug) in foes for i in ids
    }
    return Variants(places, foes)
