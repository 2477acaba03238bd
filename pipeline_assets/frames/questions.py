"""The questions that the catalogue answers with frames; how an answer is handed over is left open.

All arguments that choose rows count together; without any, everything is meant. `barcode` is a
GTIN as text (8, 12, 13 or 14 digits), `product_id` may be retired, `sku` and `store_id` go with
one `company`, and every word of `words` must occur. Several barcodes, ids, companies, SKUs and
stores may be given as a list or a column of a frame.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Generic, TypeAlias, TypeVar

from sqlalchemy import Connection

from pipeline_assets.catalogue.answers.by_company import (
    select_cheapest_per_unit,
    select_product_prices,
)
from pipeline_assets.catalogue.answers.listings import select_products, select_stores
from pipeline_assets.catalogue.answers.offers import select_offers
from pipeline_assets.catalogue.answers.past import ChangeDays
from pipeline_assets.catalogue.answers.wanted import Statement, WantedRows
from pipeline_assets.errors import UsageError
from pipeline_assets.frames.choices import Choice, Texts, listed_texts
from pipeline_assets.frames.columns import (
    CHEAPEST_COLUMNS,
    PRICE_COLUMNS,
    PRODUCT_COLUMNS,
    PRODUCT_PRICE_COLUMNS,
    STORE_COLUMNS,
    FrameColumns,
)

Framed = TypeVar("Framed")
ProductIds: TypeAlias = int | Iterable[int]
Day: TypeAlias = str | date
"""A day as `YYYY-MM-DD` or as a date; of a moment, its day."""
Asking: TypeAlias = Callable[[Connection, WantedRows], Statement]


class Questions(ABC, Generic[Framed]):
    """What can be asked. Each method says which columns of `frames.columns` its rows have."""

    @abstractmethod
    def _answer(self, ask: Asking, choice: Choice, columns: FrameColumns) -> Framed:
        """The rows of the statement that `ask` makes, as frames with these columns."""

    @abstractmethod
    def _changes(self, choice: Choice, days: ChangeDays) -> Framed:
        """The changes of these days, from the table and from files, as frames."""

    def prices(
        self,
        *,
        barcode: Texts | None = None,
        product_id: ProductIds | None = None,
        company: Texts | None = None,
        sku: Texts | None = None,
        store_id: Texts | None = None,
        words: str | None = None,
        estimates: bool = False,
    ) -> Framed:
        """What is sold where for how much now: one row per store and SKU (`PRICE_COLUMNS`).

        By company, store and SKU. Each store has the prices of its last accepted snapshot. With
        `estimates`, a store that is not current has those of its group's anchor instead, if that
        is current; such rows have `is_estimate`, and `observed_store_id` names the anchor.
        """
        choice = Choice(
            barcode=barcode,
            product_id=product_id,
            company=company,
            sku=sku,
            store_id=store_id,
            words=words,
        )

        def ask(connection: Connection, wanted: WantedRows) -> Statement:
            return select_offers(connection, wanted, estimates=estimates)

        return self._answer(ask, choice, PRICE_COLUMNS)

    def history(
        self,
        *,
        barcode: Texts | None = None,
        product_id: ProductIds | None = None,
        company: Texts | None = None,
        sku: Texts | None = None,
        store_id: Texts | None = None,
        words: str | None = None,
    ) -> Framed:
        """The whole past of prices: one row per change (`CHANGE_COLUMNS`).

        By company, store, SKU and time. Raises `UsageError` if nothing is chosen: for all of it,
        use `changes`.
        """
        choice = Choice(
            barcode=barcode,
            product_id=product_id,
            company=company,
            sku=sku,
            store_id=store_id,
            words=words,
        )
        if choice == Choice():
            raise UsageError(
                "Say whose history: give a barcode, product_id, company, sku, store_id or words. "
                "changes() has everybody's."
            )
        return self._changes(choice, ChangeDays())

    def changes(
        self,
        *,
        since: Day | None = None,
        until: Day | None = None,
        company: Texts | None = None,
        store_id: Texts | None = None,
        words: str | None = None,
    ) -> Framed:
        """What changed on these days, both included: one row per change (`CHANGE_COLUMNS`).

        By company, store, SKU and time. The days are those of the snapshots (`scraped_date`).
        """
        days = ChangeDays(_day("since", since), _day("until", until))
        return self._changes(Choice(company=company, store_id=store_id, words=words), days)

    def products(
        self,
        *,
        words: str | None = None,
        barcode: Texts | None = None,
        product_id: ProductIds | None = None,
        company: Texts | None = None,
        sku: Texts | None = None,
    ) -> Framed:
        """Products, whether they are sold now or not: one row each, by id (`PRODUCT_COLUMNS`)."""
        choice = Choice(
            words=words, barcode=barcode, product_id=product_id, company=company, sku=sku
        )
        return self._answer(select_products, choice, PRODUCT_COLUMNS)

    def product_prices(
        self,
        *,
        words: str | None = None,
        barcode: Texts | None = None,
        product_id: ProductIds | None = None,
        company: Texts | None = None,
        sku: Texts | None = None,
    ) -> Framed:
        """What products cost at each company that sells them (`PRODUCT_PRICE_COLUMNS`).

        One row per product and company, by these, as post-processing last found it.
        """
        choice = Choice(
            words=words, barcode=barcode, product_id=product_id, company=company, sku=sku
        )
        return self._answer(select_product_prices, choice, PRODUCT_PRICE_COLUMNS)

    def cheapest_per_unit(
        self,
        *,
        category: Texts | None = None,
        words: str | None = None,
        company: Texts | None = None,
        product_id: ProductIds | None = None,
    ) -> Framed:
        """What a kilogram, a litre, a sheet … costs, the cheapest first (`CHEAPEST_COLUMNS`).

        One row per product and company, by unit of measure and unit price, as post-processing last
        found it. `category` is the whole path of a category, or the beginning of it.
        """
        within = None if category is None else listed_texts("category", category)

        def ask(connection: Connection, wanted: WantedRows) -> Statement:
            return select_cheapest_per_unit(connection, wanted, within)

        choice = Choice(words=words, company=company, product_id=product_id)
        return self._answer(ask, choice, CHEAPEST_COLUMNS)

    def stores(self, *, company: Texts | None = None) -> Framed:
        """Stores, those never scraped too: one row each, by company and id (`STORE_COLUMNS`)."""
        return self._answer(select_stores, Choice(company=company), STORE_COLUMNS)


def _day(name: str, given: Day | None) -> date | None:
    if given is None:
        return None
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {given!r} is no day; give one such as 2026-11-26.") from error
