"""The sample's invented catalogue: what the articles are, before any company lists them.

How a company names, prices or sells them is in `companies` and `shops`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal, NamedTuple

from stdnum import ean

from pipeline_assets.sample.words import FRESH_PATH, FRESH_THINGS, SHELVES, Thing

Kind = Literal["national", "label", "fresh"]

# GS1 reserves the prefix 952 for examples, and 614141 is the example of a U.P.C. prefix in its
# standards: no real article has these numbers.
_EXAMPLE_PREFIX = "952"
_EXAMPLE_UPC_PREFIX = "614141"
_EVERY_UPC = 12

_SIZE = re.compile(r"(?:(?P<packs>\d+) x )?(?P<each>[\d.]+) ?(?P<unit>g|kg|ml|L|pack)")
_UNITS = {"g": ("g", 1), "kg": ("g", 1000), "ml": ("ml", 1), "L": ("ml", 1000), "pack": ("ea", 1)}


class Amount(NamedTuple):
    """How much an article contains in total: a whole number of g, ml or ea."""

    total: int
    unit: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `kind` says who sells it: several companies, unless it has one of Aldi's labels.

    `gtin` has 13 digits, or 12 (U.P.C.), with a correct check digit; `cents` is a usual price.
    """

    number: int
    kind: Kind
    name: str
    brand: str | None
    size: str
    cents: int
    path: tuple[str, str, str]
    gtin: str | None

    @property
    def amount(self) -> Amount:
        """What `size` says, in base units."""
        return amount_of(self.size)


@cache
def articles() -> tuple[Article, ...]:
    """The whole catalogue, numbered from 0, in shelf order."""
    return tuple(
        Article(number, kind, thing.name, brand, thing.size, thing.cents + extra, path, gtin)
        for number, (kind, brand, thing, extra, path) in enumerate(_all_things())
        for gtin in (_gtin(number) if kind == "national" else None,)
    )


@cache
def amount_of(size: str) -> Amount:
    """`6 x 375ml` → 2250 ml; raises `ValueError` for a size in another form."""
    match = _SIZE.fullmatch(size)
    if match is None:
        raise ValueError(f"{size!r} is not a size as the sample writes it, such as 6 x 375ml")
    unit, factor = _UNITS[match["unit"]]
    return Amount(round(int(match["packs"] or 1) * float(match["each"]) * factor), unit)


def second_gtin(article: Article) -> str:
    """Another valid number for the same article, as from an earlier package."""
    return _with_check_digit(f"{_EXAMPLE_PREFIX}9{article.number:08d}")


def in_store_number(article: Article) -> str:
    """A number with GS1 prefix 29: it identifies nothing outside the store."""
    return _with_check_digit(f"29{article.number:05d}00000")


def dice(*names: object) -> Random:
    """A random generator for these `names`, the same in every process and on every day."""
    return Random("/".join(str(name) for name in ("pipeline-assets sample", *names)))


def _all_things() -> Iterator[tuple[Kind, str | None, Thing, int, tuple[str, str, str]]]:
    for shelf in SHELVES:
        for thing in shelf.things:
            yield "national", shelf.brands[0], thing, 0, shelf.path
            yield "national", shelf.brands[1], thing, thing.cents // 50 * 10, shelf.path
            yield "label", shelf.label, thing, -thing.cents // 50 * 10, shelf.path
    for thing in FRESH_THINGS:
        yield "fresh", None, thing, 0, FRESH_PATH


def _gtin(number: int) -> str:
    if number % _EVERY_UPC == 0:
        return _with_check_digit(f"{_EXAMPLE_UPC_PREFIX}{number:05d}")
    return _with_check_digit(f"{_EXAMPLE_PREFIX}{4_100_000 + number * 137:09d}")


def _with_check_digit(digits: str) -> str:
    return f"{digits}{ean.calc_check_digit(digits)}"
