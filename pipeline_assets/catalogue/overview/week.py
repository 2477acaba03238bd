"""What the last week did to prices: how many moved, and which of them the most.

A company's week is the seven days up to the date of its newest snapshot. What moved is what shops
ask now and did not ask a week ago: a price that has been the same since a date in the week, with
another one before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Select,
    and_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
)

from pipeline_assets.catalogue.movements import CompanyDay
from pipeline_assets.catalogue.schema import price_history, prices, skus, stores
from pipeline_assets.catalogue.whole_history import history_since, without_gaps

WEEK = timedelta(days=7)
_MOST_POINTS = 60
# An article can move in several ways; each is shown once.
_SPARE = 5
_NOW, _BEFORE = prices.c.price_cents, prices.c.previous_price_cents
_DOUBLE_ONE = literal_column("1e0", Double)


@dataclass(frozen=True, slots=True)
class WeekOfCompany:
    """How many of a company's prices fell and rose in its week; `since`: its last day before it."""

    company: str
    since: date
    falls: int
    rises: int


@dataclass(frozen=True, slots=True)
class PricePoint:
    """From this day on, an article cost so much in a store; None: it was not sold."""

    day: date
    cents: int | None


@dataclass(frozen=True, slots=True)
class WeeklyMove:
    """An article whose price moved in the same way in so many `stores`.

    `history`: its past prices in one of these stores, the one with the lowest id, oldest first.
    """

    company: str
    sku: str
    name: str
    size: str | None
    before_cents: int
    now_cents: int
    stores: int
    history: Sequence[PricePoint] = field(default=())


def price_moves(connection: Connection, days: Sequence[CompanyDay]) -> list[WeekOfCompany]:
    """How many prices moved in each company's week, by company; reads every price once."""
    counted = (
        select(
            stores.c.company,
            func.count(case((_NOW < _BEFORE, 1))),
            func.count(case((_NOW > _BEFORE, 1))),
        )
        .select_from(stores)
        .join(prices, prices.c.store_key == stores.c.store_key)
        .where(_moved_in_the_week(days))
        .group_by(stores.c.company)
    )
    found = {row[0]: (row[1], row[2]) for row in connection.execute(counted)}
    return [
        WeekOfCompany(day.company, day.ends_on - WEEK, *found.get(day.company, (0, 0)))
        for day in days
    ]


def largest_moves(
    connection: Connection, days: Sequence[CompanyDay], most: int
) -> tuple[list[WeeklyMove], list[WeeklyMove]]:
    """The largest falls and the largest rises of these weeks, at most so many articles of each.

    By their share of the price before; of equal ones that in more stores first, then the lowest
    company and SKU. Reads every price once.
    """
    moved = _moved(days).cte("moved")
    share = _DOUBLE_ONE * moved.c.now_cents / moved.c.before_cents
    is_fall = case((moved.c.now_cents < moved.c.before_cents, 1), else_=0)
    ranked = select(
        moved,
        is_fall.label("is_fall"),
        func.row_number()
        .over(
            partition_by=is_fall,
            order_by=[
                case((is_fall == 1, share), else_=-share),
                moved.c.stores.desc(),
                moved.c.company,
                moved.c.sku_id,
                moved.c.before_cents,
            ],
        )
        .label("place"),
    ).subquery("ranked")
    rows = connection.execute(
        select(
            ranked.c.is_fall,
            ranked.c.company,
            ranked.c.sku_id,
            skus.c.sku,
            skus.c.name,
            skus.c.size,
            ranked.c.before_cents,
            ranked.c.now_cents,
            ranked.c.stores,
            ranked.c.store_id,
        )
        .join(skus, skus.c.sku_id == ranked.c.sku_id)
        .where(ranked.c.place <= most * _SPARE)
        .order_by(ranked.c.place)
    ).all()
    falls, rises = (_of_articles([row for row in rows if row[0] == sign], most) for sign in (1, 0))
    return [_move(connection, row) for row in falls], [_move(connection, row) for row in rises]


def _moved(days: Sequence[CompanyDay]) -> Select[Any]:
    return (
        select(
            stores.c.company,
            prices.c.sku_id,
            _BEFORE.label("before_cents"),
            _NOW.label("now_cents"),
            func.count().label("stores"),
            func.min(stores.c.store_id).label("store_id"),
        )
        .select_from(stores)
        .join(prices, prices.c.store_key == stores.c.store_key)
        .where(_moved_in_the_week(days), _NOW != _BEFORE)
        .group_by(stores.c.company, prices.c.sku_id, _BEFORE, _NOW)
    )


def _moved_in_the_week(days: Sequence[CompanyDay]) -> ColumnElement[bool]:
    weeks = (
        and_(stores.c.company == day.company, prices.c.price_since_date > day.ends_on - WEEK)
        for day in days
    )
    return and_(_BEFORE.is_not(None), or_(false(), *weeks))


def _of_articles(rows: Sequence[Any], most: int) -> list[Any]:
    """The first row of each article, at most so many."""
    first: dict[int, Any] = {}
    for row in rows:
        first.setdefault(row[2], row)
    return list(first.values())[:most]


def _move(connection: Connection, row: Any) -> WeeklyMove:
    _, company, sku_id, sku, name, size, before, now, in_stores, store_id = row
    history = _history(connection, company, store_id, sku_id)
    return WeeklyMove(company, sku, name, size, before, now, in_stores, history)


def _history(connection: Connection, company: str, store_id: str, sku_id: int) -> list[PricePoint]:
    store_key = (
        select(stores.c.store_key)
        .where(stores.c.company == company, stores.c.store_id == store_id)
        .scalar_subquery()
    )
    columns = price_history.c
    rows = connection.execute(
        select(columns.scraped_at, columns.scraped_date, columns.price_cents)
        .where(columns.store_key == store_key, columns.sku_id == sku_id)
        .order_by(columns.scraped_at.desc())
        .limit(_MOST_POINTS)
    )
    points = [(row[0], PricePoint(row[1], row[2])) for row in rows]
    return list(without_gaps(points, history_since(connection)))[::-1]
