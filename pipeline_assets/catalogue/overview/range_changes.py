"""What the last week did to companies' ranges: articles that came, articles that went.

A company's week is the one of `week`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Subquery,
    Table,
    func,
    literal_column,
    select,
)

from pipeline_assets.catalogue.movements import CompanyDay
from pipeline_assets.catalogue.overview.week import WEEK
from pipeline_assets.catalogue.schema import ingested_files, price_history, prices, skus


@dataclass(frozen=True, slots=True)
class RangeArticle:
    """An article that came or went, with the lowest price asked for it: now, or before it went."""

    sku: str
    name: str
    size: str | None
    cents: int | None


@dataclass(frozen=True, slots=True)
class RangeChange:
    """What a company lists that no store of it sold before its week, and what none sells any more.

    `is_new`: the company itself came in the week, so everything of it would be new; it is not
    counted then.
    """

    company: str
    is_new: bool
    came: int = 0
    went: int = 0
    arrivals: Sequence[RangeArticle] = ()
    departures: Sequence[RangeArticle] = ()


@dataclass(frozen=True, slots=True)
class _Articles:
    """SKUs with such an event in the week for which all of these rules hold."""

    candidates: Subquery
    rules: Sequence[ColumnElement[bool]]

    def of(self, company: str, columns: Select[Any]) -> Select[Any]:
        """These columns of the company's articles."""
        return (
            columns.select_from(self.candidates)
            .join(skus, skus.c.sku_id == self.candidates.c.sku_id)
            .where(skus.c.company == company, *self.rules)
        )


def range_change(connection: Connection, day: CompanyDay, most: int) -> RangeChange:
    """A company's new and vanished articles, at most so many of each with their names.

    The work follows what stores listed and delisted in the week, which an index leads to.
    """
    since = day.ends_on - WEEK
    first = connection.execute(
        select(func.min(ingested_files.c.scraped_date)).where(
            ingested_files.c.company == day.company
        )
    ).scalar_one()
    if first is None or first > since:
        return RangeChange(day.company, is_new=True)
    of_sku = price_history.c.sku_id == skus.c.sku_id
    is_sold = _any(prices, prices.c.sku_id == skus.c.sku_id)
    was_known = _any(price_history, of_sku, price_history.c.scraped_date <= since)
    came = _Articles(_seen(since, "first_seen"), (is_sold.is_not(None), was_known.is_(None)))
    went = _Articles(_seen(since, "delisted"), (is_sold.is_(None), was_known.is_not(None)))
    lowest_now = (
        select(func.min(prices.c.price_cents))
        .where(prices.c.sku_id == skus.c.sku_id)
        .scalar_subquery()
    )
    return RangeChange(
        day.company,
        False,
        _count(connection, day.company, came),
        _count(connection, day.company, went),
        _articles_of(connection, day.company, came, lowest_now, most),
        _articles_of(connection, day.company, went, _last_price(), most),
    )


def _seen(since: date, change: str) -> Subquery:
    """The SKUs that any store listed for the first time, or delisted, after this day."""
    # A sum, as SQLite would otherwise read the whole history in the order of an index on SKUs.
    sku_id = (price_history.c.sku_id + 0).label("sku_id")
    return (
        select(sku_id)
        .where(price_history.c.scraped_date > since, price_history.c.change == change)
        .distinct()
        .subquery()
    )


def _any(table: Table, *rules: ColumnElement[bool]) -> ScalarSelect[Any]:
    """1 if there is such a row. With EXISTS, MariaDB would join whole tables to see all at once."""
    return select(literal_column("1")).select_from(table).where(*rules).limit(1).scalar_subquery()


def _last_price() -> ColumnElement[Any]:
    """The last price that an article had in any store; of several at once the lowest."""
    return (
        select(price_history.c.price_cents)
        .where(price_history.c.sku_id == skus.c.sku_id, price_history.c.price_cents.is_not(None))
        .order_by(price_history.c.scraped_at.desc(), price_history.c.price_cents)
        .limit(1)
        .scalar_subquery()
    )


def _count(connection: Connection, company: str, articles: _Articles) -> int:
    number: int = connection.execute(articles.of(company, select(func.count()))).scalar_one()
    return number


def _articles_of(
    connection: Connection,
    company: str,
    articles: _Articles,
    cents: ColumnElement[Any],
    most: int,
) -> list[RangeArticle]:
    rows = connection.execute(
        articles.of(company, select(skus.c.sku, skus.c.name, skus.c.size, cents))
        .order_by(skus.c.facts_at.desc(), skus.c.sku_id.desc())
        .limit(most)
    )
    return [RangeArticle(*row) for row in rows]
