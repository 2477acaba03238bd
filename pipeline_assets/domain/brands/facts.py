"""What SKUs show of the brand names they carry, gathered name by name.

Belongs here: which SKUs' barcodes and titles are evidence at all. What they prove is decided in
`confirmation`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from heapq import nsmallest
from itertools import combinations
from typing import NamedTuple

from pipeline_assets.domain.brands.clusters import BrandFacts
from pipeline_assets.domain.brands.goods import Good, begins_with, drawn, read_good
from pipeline_assets.domain.brands.names import read_brand_name
from pipeline_assets.domain.products.contradictions import names_contradict

# SKUs of a barcode whose names are compared; a barcode of one more is no evidence.
MOST_SKUS_OF_A_BARCODE = 16
# SKUs of a company by which it is judged whether its pages name brands.
MOST_PAGES = 256
MIN_NAMED = 0.5  # of these pages


class BrandedSku(NamedTuple):
    """A SKU that has a brand: the brand's normalised name and spelling, its barcode, and its page.

    `titles`: name, description and the words of the address; `category`: any text that is the same
    for the same category of the company.
    """

    alias: str
    spelling: str
    barcode: str | None = None
    company: str = ""
    sku: str = ""
    titles: tuple[str | None, ...] = ()
    category: str = ""


def address_words(url: str | None) -> str | None:
    """The part of a product page's address that names the thing: the last one of its path."""
    return None if url is None else url.split("?")[0].rstrip("/").rpartition("/")[2] or None


def collect_brand_facts(skus: Iterable[BrandedSku]) -> list[BrandFacts]:
    """The facts about each brand name, by name; the order of the SKUs does not matter."""
    by_name: dict[str, list[BrandedSku]] = defaultdict(list)
    by_barcode: dict[str, list[BrandedSku]] = defaultdict(list)
    for sku in skus:
        by_name[sku.alias].append(sku)
        if sku.barcode is not None:
            by_barcode[sku.barcode].append(sku)
    disputed = {barcode for barcode, of in by_barcode.items() if _contradicts(of)}
    telling = _companies_that_name_brands(by_name.values())
    companies = {sku.company for of in by_name.values() for sku in of}
    facts = (_facts(name, by_name[name], disputed, telling) for name in sorted(by_name))
    return [replace(each, is_retailer=each.name in companies) for each in facts]


def _facts(name: str, skus: list[BrandedSku], disputed: set[str], telling: set[str]) -> BrandFacts:
    barcodes = {sku.barcode for sku in skus if sku.barcode is not None}
    return BrandFacts(
        name,
        tuple(sorted({sku.spelling for sku in skus})),
        frozenset(barcodes - disputed),
        len(skus),
        drawn(_good(sku) for sku in skus if sku.company in telling and any(sku.titles)),
    )


def _good(sku: BrandedSku) -> Good:
    return read_good(sku.company, sku.sku, filter(None, sku.titles), sku.category)


def _contradicts(skus: list[BrandedSku]) -> bool:
    """Whether some SKUs of one barcode have names with nothing in common: a shop is mistaken."""
    if len(skus) < 2:
        return False
    named = {(" ".join(filter(None, sku.titles)), sku.spelling) for sku in skus}
    return any(
        names_contradict(*one, *other)
        for one, other in combinations(nsmallest(MOST_SKUS_OF_A_BARCODE, named), 2)
    )


def _companies_that_name_brands(names: Iterable[list[BrandedSku]]) -> set[str]:
    """Those whose pages mostly begin with the brand: elsewhere a missing brand says nothing.

    Legal entities do not count, as goods seldom bear their names.
    """
    pages: dict[str, list[tuple[Good, str]]] = defaultdict(list)
    for skus in names:
        for sku in skus:
            if any(sku.titles) and not read_brand_name(sku.spelling).is_legal:
                pages[sku.company].append((_good(sku), sku.spelling))
    found: set[str] = set()
    for company, of in pages.items():
        judged = nsmallest(MOST_PAGES, of)
        named = sum(begins_with(good, read_brand_name(brand).joined) for good, brand in judged)
        if named >= MIN_NAMED * len(judged):
            found.add(company)
    return found
