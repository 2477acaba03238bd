"""What a caller asks for, checked, and the rows of the catalogue that it means."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from pipeline_assets.catalogue.answers import finding
from pipeline_assets.catalogue.answers.wanted import WantedRows
from pipeline_assets.catalogue.search import product_ids_of_words
from pipeline_assets.domain.normalisation.barcodes import normalise_barcode
from pipeline_assets.errors import UsageError

Texts = str | Iterable[str]
"""One text, or several of them."""

# More products than anybody means by a few words.
MOST_PRODUCTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The arguments by which prices, changes and products are chosen; all that are given count."""

    barcode: Texts | None = None
    product_id: int | Iterable[int] | None = None
    company: Texts | None = None
    sku: Texts | None = None
    store_id: Texts | None = None
    words: str | None = None

    def wanted(self, connection: Connection) -> WantedRows:
        """The rows that are meant; raises `UsageError` for arguments that cannot be meant."""
        companies = _listed("company", self.company)
        articles = _listed("sku", self.sku)
        store_ids = _listed("store_id", self.store_id)
        if articles is not None and (companies is None or len(companies) != 1):
            raise UsageError("sku is a company's own number: give its company too, just one.")
        if store_ids is not None and (companies is None or len(companies) != 1):
            raise UsageError("store_id is a company's own number: give its company too, just one.")
        products, redirected = self._products(connection)
        sku_ids: set[int] | None = None
        if products is not None:
            sku_ids = set(finding.sku_ids_of_products(connection, products))
        if articles is not None and companies is not None:
            ours = set(finding.sku_ids_of_articles(connection, companies[0], articles))
            sku_ids = ours if sku_ids is None else sku_ids & ours
        return WantedRows(
            sku_ids=None if sku_ids is None else sorted(sku_ids),
            companies=companies,
            store_ids=store_ids,
            redirected=redirected,
        )

    def _products(self, connection: Connection) -> tuple[set[int] | None, frozenset[int]]:
        """The products that are meant, None for all, and those of them with a retired id."""
        found: list[set[int]] = []
        redirected: frozenset[int] = frozenset()
        if self.product_id is not None:
            resolved = finding.survivors(connection, whole_numbers(self.product_id))
            redirected = frozenset(new for old, new in resolved.items() if old != new)
            found.append(set(resolved.values()))
        if self.barcode is not None:
            found.append(set(finding.product_ids_of_barcodes(connection, self._gtins())))
        if self.words is not None:
            found.append(set(product_ids_of_words(connection, self.words, MOST_PRODUCTS)))
        return (set.intersection(*found) if found else None), redirected

    def _gtins(self) -> list[str]:
        """The barcodes as GTIN-13; raises `UsageError` for one that is none."""
        gtins = []
        for given in _listed("barcode", self.barcode) or ():
            gtin = normalise_barcode(given, sku="")
            if gtin is None or "," in given:
                raise UsageError(
                    f"{given!r} is not a barcode: give a GTIN of 8, 12, 13 or 14 digits, as text, "
                    "with a correct check digit."
                )
            gtins.append(gtin)
        return gtins


def listed_texts(name: str, given: Texts) -> list[str]:
    """The texts as a list; raises `UsageError` for what is no text. `name`: the argument's."""
    # What is neither text nor a list of it is named in the error.
    is_one = isinstance(given, str) or not isinstance(given, Iterable)
    listed: list[Any] = [given] if is_one else list(given)
    for one in listed:
        if not isinstance(one, str):
            raise UsageError(f"{name}: {one!r} is not text. Numbers would lose leading zeros.")
    return listed


def _listed(name: str, given: Texts | None) -> list[str] | None:
    return None if given is None else listed_texts(name, given)


def whole_numbers(given: int | Iterable[int]) -> list[int]:
    """Product ids as a list; raises `UsageError` for what is no whole number."""
    listed = list(given) if isinstance(given, Iterable) else [given]
    try:
        return [_whole(one) for one in listed]
    except (TypeError, ValueError) as error:
        raise UsageError("product_id: give whole numbers.") from error


def _whole(given: object) -> int:
    number = int(given)  # type: ignore[call-overload]
    if number != given or isinstance(given, bool):
        raise ValueError
    return int(number)
