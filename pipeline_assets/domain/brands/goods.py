"""What the goods say of a brand: how their pages call them, what kind they are, who numbers them.

Belongs here: reading the titles of a brand's SKUs, and counting by which brand's name they begin.
What the counts decide is in `confirmation`.
"""

from collections.abc import Iterable
from functools import lru_cache
from heapq import nsmallest
from typing import NamedTuple
from zlib import crc32

from pipeline_assets.domain.brands.vocabulary import OTHER_SPELLINGS, is_goods
from pipeline_assets.domain.normalisation.words import plain, singular, words_of_plain

# Of a name with more goods, these are looked at: drawn by a hash, so that order plays no part.
MOST_GOODS = 64
MOST_JOINED = 8  # of a title, that are joined to look for a brand's name
# Of a GTIN-13. An older prefix of a maker has seven digits; names that are alike besides are seldom
# of two makers within one.
COMPANY_PREFIX = 7
# Words such as `D/L` or `MSC` can stand before a brand's name.
SHORT_WORD = 3
MOST_SHORT_WORDS = 2


class Good(NamedTuple):
    """A SKU as its page shows it. `draw`: where it stands in the draw of a brand's goods.

    `titles`: what the thing is called (name, description, the words of its address); `shelf`: its
    company and category.
    """

    draw: int
    titles: tuple[str, ...]
    shelf: str


class Calls(NamedTuple):
    """By which name the goods of a brand are called: the other brand's, its own, or neither's."""

    other: int
    own: int
    neither: int

    @property
    def total(self) -> int:
        """How many goods were looked at."""
        return sum(self)


def read_good(company: str, sku: str, titles: Iterable[str], category: str) -> Good:
    """A SKU's good; its place in the draw depends on company and SKU alone."""
    draw = crc32(f"{company}/{sku}".encode(errors="replace"))
    return Good(draw, tuple(title for title in titles if title), f"{company}/{category}")


def drawn(goods: Iterable[Good]) -> tuple[Good, ...]:
    """At most `MOST_GOODS` of the goods: the same ones whatever their order."""
    return tuple(nsmallest(MOST_GOODS, goods))


def count_calls(goods: Iterable[Good], own: Iterable[str], others: Iterable[str]) -> Calls:
    """How many of the goods begin with one of `others`, of `own`, or of neither.

    Names are given as their joined letters. The first title that bears a name counts, as addresses
    are often made from the brand's field. The longer name counts where both fit: goods named
    `Cobram Estate …` are of that brand rather than of `Cobram`; where they fit alike, the other.
    """
    names, strangers = tuple(own), tuple(others)
    counts = [0, 0, 0]
    for good in goods:
        counts[_call(good, names, strangers)] += 1
    return Calls(*counts)


def _call(good: Good, own: tuple[str, ...], others: tuple[str, ...]) -> int:
    """Which count of `Calls` it belongs to."""
    for title in good.titles:
        ours = max((_fit(title, name) for name in own), default=0)
        theirs = max((_fit(title, name) for name in others), default=0)
        if ours or theirs:
            return 0 if theirs >= ours else 1
    return 2


def begins_with(good: Good, letters: str) -> bool:
    """Whether a title of it begins with a brand's joined letters, plural or singular."""
    return any(_fit(title, letters) for title in good.titles)


def share_things(a: Iterable[Good], b: Iterable[Good]) -> bool:
    """Whether half the goods of each brand are things that the other sells too: both yoghurt."""
    things_a, things_b = [_things(good) for good in a], [_things(good) for good in b]
    return _mostly_in(things_a, things_b) and _mostly_in(things_b, things_a)


def _mostly_in(things: list[frozenset[str]], others: list[frozenset[str]]) -> bool:
    sold = frozenset().union(*others)
    common = sum(not of.isdisjoint(sold) for of in things)
    return common > 0 and 2 * common >= len(things)


def shelves_of(goods: Iterable[Good]) -> set[str]:
    """Where the goods stand: categories, each of its company."""
    return {good.shelf for good in goods if not good.shelf.endswith("/")}


def company_prefixes(barcodes: Iterable[str]) -> frozenset[str]:
    """The beginnings of GTIN-13s, which GS1 assigns to the makers of goods."""
    return frozenset(barcode[:COMPANY_PREFIX] for barcode in barcodes)


def called_letters(goods: Iterable[Good]) -> set[str]:
    """All the joined letters that a title begins with, in the singular: to look brands up by."""
    return {
        singular(letters)
        for good in goods
        for title in good.titles
        for letters in _beginnings(title)
    }


def _fit(title: str, letters: str) -> int:
    """0 if it does not begin with the letters; the more, the longer they are; exact ones first."""
    beginnings = _beginnings(title)
    one = singular(letters)
    if letters in beginnings:
        return 2 * len(one) + 1
    return 0 if {one, f"{one}s"}.isdisjoint(beginnings) else 2 * len(one)


@lru_cache(maxsize=16_384)
def _beginnings(title: str) -> frozenset[str]:
    words = [word for word in _words(title)[: MOST_JOINED + MOST_SHORT_WORDS] if word != "and"]
    found: set[str] = set()
    for start in range(MOST_SHORT_WORDS + 1):
        joined = ""
        for word in words[start : start + MOST_JOINED]:
            joined += word
            found.add(joined)
        if len(words[start : start + 1]) == 0 or len(words[start]) > SHORT_WORD:
            break
    return frozenset(found)


def _things(good: Good) -> frozenset[str]:
    return frozenset().union(*map(_things_in, good.titles))


@lru_cache(maxsize=16_384)
def _things_in(title: str) -> frozenset[str]:
    words = (singular(word) for word in _words(title) if is_goods(word))
    return frozenset(OTHER_SPELLINGS.get(word, word) for word in words)


def _words(title: str) -> list[str]:
    return words_of_plain(plain(title))
