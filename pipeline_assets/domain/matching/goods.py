"""What matching knows about a SKU: its facts as the catalogue has them, and what is read from them.

Everything here is a pure function of one SKU. So it stays the same when others come or go.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import msgspec

from pipeline_assets.domain.matching.packs import Pack, read_pack
from pipeline_assets.domain.matching.vocabulary import (
    ALCOHOL,
    FRESH_ROOTS,
    NOT_FRESH,
    OWN_BRANDS,
    PACKAGING,
    TIERS,
    TIERS_OF_CATEGORIES,
    VARIANTS,
)
from pipeline_assets.domain.matching.words import (
    brand_words,
    is_distinctive,
    name_words,
    shared_words,
)

_MOST_BRAND_WORDS = 3


class MatchableSku(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A SKU's facts, as far as matching uses them.

    `sku_id`: the catalogue's number of the SKU; it only says which SKU is meant, and orders
    nothing. `description`: the shelf name in Coles' files, else None. `product_id`: the product
    that the SKU belongs to today, None if that is not known. `price_cents`: a typical price of
    today, None without one.
    """

    sku_id: int
    company: str
    sku: str
    name: str
    brand: str | None = None
    size: str | None = None
    category_path: str | None = None
    description: str | None = None
    barcode: str | None = None
    price_cents: int | None = None
    product_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Company and SKU: the order in which ties are broken."""
        return self.company, self.sku


@dataclass(frozen=True)
class Goods:
    """What is read from one SKU.

    `name`, `shelf`: the words of the name and of the shelf name, in order. `brand`: the words of
    the brand field, empty for none. `head`: the words that name the brand on the shelf.
    """

    sku: MatchableSku
    name: tuple[str, ...]
    shelf: tuple[str, ...]
    brand: tuple[str, ...]
    head: tuple[str, ...]

    @cached_property
    def said(self) -> frozenset[str]:
        """All words of name, brand and shelf name."""
        return frozenset((*self.name, *self.shelf, *self.brand))

    @cached_property
    def joined(self) -> frozenset[str]:
        """Neighbouring words as one: `life savers` is `Lifesavers`."""
        return frozenset(
            f"{one}{other}"
            for words in (self.name, self.shelf, self.brand)
            for one, other in pairwise(words)
        )

    @cached_property
    def named(self) -> frozenset[str]:
        """The words of the name."""
        return frozenset(self.name)

    @cached_property
    def categories(self) -> frozenset[str]:
        """The words of the category's path."""
        return frozenset(shared_words(self.sku.category_path))

    @cached_property
    def kind(self) -> frozenset[str]:
        """The words of the name that say what it is: neither its brand nor its packaging."""
        brand = {*self.brand, *self.head} - VARIANTS
        full = shared_words(self.sku.brand)
        begins = len(full) if self.name[: len(full)] == full else 0
        return frozenset(
            word
            for word in self.name[begins:]
            if word not in PACKAGING and not (word in brand and is_distinctive(word))
        )

    @cached_property
    def tiers(self) -> frozenset[str]:
        """The ranges that it is of, as `vocabulary.TIERS` names them."""
        wide = self.said | self.categories
        return frozenset(
            tier
            for tier, words in TIERS.items()
            if not words.isdisjoint(wide if tier in TIERS_OF_CATEGORIES else self.said)
        )

    @cached_property
    def pack(self) -> Pack:
        """Its size."""
        return read_pack(self.sku.name, self.sku.size, self.sku.description)

    @cached_property
    def is_fresh(self) -> bool:
        """Whether it is fresh produce or meat, which is the same whoever grew or cut it."""
        return bool(self.categories & FRESH_ROOTS) and not self.categories & NOT_FRESH

    @cached_property
    def is_alcohol(self) -> bool:
        """Whether it is sold as alcohol."""
        return bool(self.categories & ALCOHOL)

    @cached_property
    def is_unbranded(self) -> bool:
        """Whether neither the brand field nor a shelf name says whose it is."""
        return not self.brand and not (self.shelf and self.head)

    @cached_property
    def is_own_brand(self) -> bool:
        """Whether only this company sells its brand, as far as the brand's name says so."""
        owns = _own_brands(self.sku.company)
        return any(names[: len(own)] == own for names in (self.brand, self.head) for own in owns)

    @cached_property
    def is_never_matched(self) -> bool:
        """Whether it can be no other company's: it has no brand or the company's, or is fresh."""
        return self.is_unbranded or self.is_own_brand or self.is_fresh


@lru_cache(maxsize=64)
def _own_brands(company: str) -> tuple[tuple[str, ...], ...]:
    return tuple(brand_words(own) for own in OWN_BRANDS.get(company, ()))


def read_goods(sku: MatchableSku) -> Goods:
    """What the facts of a SKU say."""
    name, shelf, brand = name_words(sku.name), name_words(sku.description), brand_words(sku.brand)
    return Goods(sku, name, shelf, brand, _head(name, shelf, brand))


def _head(name: tuple[str, ...], shelf: tuple[str, ...], brand: tuple[str, ...]) -> tuple[str, ...]:
    """The brand on the shelf: how the shelf name begins, or how the name does.

    A shelf name begins with the brand, a name with the brand or with what it is: there, only a
    distinctive first word counts, and only if the brand field names nothing of the name.
    """
    if shelf:
        end = 0
        while end < min(_MOST_BRAND_WORDS, len(shelf)) and shelf[end] not in name:
            end += 1
        return shelf[:end] or (shelf[:1] if is_distinctive(shelf[0]) else ())
    if brand and not set(brand).isdisjoint(name):
        return ()
    return name[:1] if name and is_distinctive(name[0]) else ()
