"""Which products somebody asks for, and what they cost where."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from pipeline_assets.catalogue.answers import finding
from pipeline_assets.catalogue.answers.found import (
    CompanyPrice,
    FoundProduct,
    PastChange,
    RecentLow,
    company_prices,
    past_changes,
    products_found,
    recent_lows,
)
from pipeline_assets.catalogue.answers.offers import anchors_of, offers_of
from pipeline_assets.catalogue.answers.past import HistoryReader
from pipeline_assets.catalogue.answers.wanted import WantedRows
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.search import product_ids_of_words
from pipeline_assets.domain.asking.offers import Anchors, StoreOffer
from pipeline_assets.domain.asking.questions import Question
from pipeline_assets.errors import UsageError
from pipeline_assets.history.reading import HistoryFolder
from pipeline_assets.services.asking.nothing_found import nothing_found

StoreOfCompany = tuple[str, str]
"""A company and the store's number there."""


@dataclass(frozen=True, slots=True)
class ProductMatches:
    """The products that a question means, best first; `has_more` that were left out.

    `retired_id` is the id that was asked for, if its product has become another one.
    """

    product_ids: Sequence[int]
    retired_id: int | None = None
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """A product and what it costs where, the cheapest first.

    `anchors` has the anchor of each store's group, for all stores of these companies, `lows` the
    lowest price of 90 days by company. `changes` is its past in the stores that were asked for, by
    store, SKU and time; empty if it was not asked for.
    """

    product: FoundProduct
    offers: Sequence[StoreOffer]
    anchors: Anchors
    lows: Mapping[str, RecentLow]
    changes: Sequence[PastChange]
    retired_id: int | None


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """One of several products that a question may mean, and what companies ask for it."""

    product: FoundProduct
    asked: Sequence[CompanyPrice]


class PriceDesk:
    """Answers questions for prices; each answer is of one moment of the catalogue.

    `history` is the folder with the files that price history was moved to, if there are any.
    """

    def __init__(self, engine: Engine, history: Path) -> None:
        self._engine = engine
        self._history = HistoryFolder(history)

    def matches(self, question: Question, limit: int) -> ProductMatches:
        """The products that are meant, at most `limit`; none if nothing fits."""
        with reading(self._engine) as connection:
            asked = question.product_id
            if asked is not None:
                now = finding.survivors(connection, [asked]).get(asked)
                return ProductMatches([] if now is None else [now], None if now == asked else asked)
            ids = _by_number(connection, question)
            if not ids and question.barcode is None and question.not_a_barcode is None:
                ids = product_ids_of_words(connection, question.words, limit + 1)
            return ProductMatches(ids[:limit], has_more=len(ids) > limit)

    def why_nothing(self, question: Question) -> str:
        """Why nothing fits, and what is nearest."""
        with reading(self._engine) as connection:
            return nothing_found(connection, question)

    def check_store(self, store: StoreOfCompany) -> None:
        """Raise `UsageError` if there is no such store, with those whose numbers are nearest."""
        with reading(self._engine) as connection:
            _check_store(connection, store)

    def choices(self, matches: ProductMatches) -> Sequence[ProductChoice]:
        """The products to choose from, in their order."""
        ids = matches.product_ids
        with reading(self._engine) as connection:
            asked = company_prices(connection, ids)
            sku_ids = finding.sku_ids_of_products(connection, ids)
            return [
                ProductChoice(product, asked.get(product.product_id, ()))
                for product in products_found(connection, ids, sku_ids)
            ]

    def prices(
        self,
        matches: ProductMatches,
        store: StoreOfCompany | None = None,
        *,
        with_changes: bool = False,
    ) -> Sequence[PricedProduct]:
        """What each of the products costs, in all stores or in one, estimates included."""
        with reading(self._engine) as connection:
            return _priced(connection, matches, store, self._history if with_changes else None)


def _by_number(connection: Connection, question: Question) -> list[int]:
    """By barcode or article; a number may also be that of an article at any company."""
    if question.barcode is not None:
        found = finding.product_ids_of_barcodes(connection, [question.barcode])
        if found:
            return found
    if question.article is not None:
        company, name = question.article
        return finding.product_ids_of_articles(connection, [name], company)
    if question.words.isdecimal():
        return finding.product_ids_of_articles(connection, [question.words])
    return []


def _check_store(connection: Connection, store: StoreOfCompany) -> None:
    company, store_id = store
    known = finding.known_store_ids(connection, company)
    if store_id in known:
        return
    if not known:
        names = ", ".join(finding.known_companies(connection)) or "none yet"
        raise UsageError(f"There is no company {company!r} with stores; there is: {names}.")
    close = difflib.get_close_matches(store_id, known, n=5, cutoff=0.5) or known[:5]
    raise UsageError(
        f"{company} has no store {store_id!r}. Its {len(known):,} stores include "
        f"{', '.join(close)}; `pipeline-assets stores next --with-current` lists them."
    )


def _priced(
    connection: Connection,
    matches: ProductMatches,
    store: StoreOfCompany | None,
    history: HistoryReader | None,
) -> Sequence[PricedProduct]:
    ids = matches.product_ids
    sku_ids = finding.sku_ids_of_products(connection, ids)
    companies, store_ids = (None, None) if store is None else ([store[0]], [store[1]])
    wanted = WantedRows(sku_ids=sku_ids, companies=companies, store_ids=store_ids)
    offers = sorted(offers_of(connection, wanted), key=lambda one: one.price_cents)
    changes = [] if history is None else past_changes(connection, wanted, history)
    lows = recent_lows(connection, ids)
    anchors = anchors_of(connection, {one.company for one in offers})
    return [
        PricedProduct(
            product,
            [one for one in offers if one.product_id == product.product_id],
            anchors,
            {company: low for (of, company), low in lows.items() if of == product.product_id},
            [one for one in changes if one.product_id == product.product_id],
            matches.retired_id,
        )
        for product in products_found(connection, ids, sku_ids)
    ]
