"""The price changes of the day: how many by percentage, and the largest of them.

A company's day is the 24 hours up to its newest snapshot, as stores are scraped around the clock.
What changed is what the last snapshots of that day show: a price that has been the same since that
snapshot's date and had another one before it, as also one that is back at another price.

The work follows the price lists of the stores that were scraped on the day, not the catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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

from pipeline_assets.catalogue.schema import prices, skus, stores

STEP_PERCENT = 5
"""How wide a step of price changes is, in percent of the price before."""
HIGHEST_STEP = 100 // STEP_PERCENT
"""The step of all rises of 100 % and more."""

_DAY = timedelta(hours=24)
_STEPS_OF_A_PRICE = 100 // STEP_PERCENT
_NOW, _BEFORE = prices.c.price_cents, prices.c.previous_price_cents


@dataclass(frozen=True, slots=True)
class CompanyDay:
    """A company's day: the moment (UTC without a zone) and the date of its newest snapshot."""

    company: str
    ends_at: datetime
    ends_on: date


@dataclass(frozen=True, slots=True)
class PriceStep:
    """How many prices of a company changed by about as much.

    Step 0 is a rise of less than `STEP_PERCENT`, step 1 from there to less than twice as much,
    `HIGHEST_STEP` has no upper end; step -1 is a fall of at most `STEP_PERCENT`, and so on.
    """

    company: str
    step: int
    prices: int


@dataclass(frozen=True, slots=True)
class PriceMovement:
    """A SKU whose price changed in the same way in one store or more.

    `store_id` and `store_name` are those of one of the `stores`: of the lowest id as text.
    """

    company: str
    sku: str
    name: str
    before_cents: int
    now_cents: int
    stores: int
    store_id: str
    store_name: str | None


def company_days(connection: Connection) -> list[CompanyDay]:
    """The day of each company that has a snapshot, by company."""
    wanted = (
        select(
            stores.c.company,
            func.max(stores.c.last_scraped_at),
            func.max(stores.c.last_scraped_date),
        )
        .where(stores.c.last_scraped_at.is_not(None))
        .group_by(stores.c.company)
        .order_by(stores.c.company)
    )
    return [CompanyDay(*row) for row in connection.execute(wanted)]


def price_steps(connection: Connection, days: Sequence[CompanyDay]) -> list[PriceStep]:
    """These days' price changes, by company and step."""
    # Whole numbers only: MySQL rounds a quotient to four digits before it can be cut off.
    share = _NOW * _STEPS_OF_A_PRICE
    steps = (share - share % _BEFORE) / _BEFORE - _STEPS_OF_A_PRICE
    step = case((steps > HIGHEST_STEP, HIGHEST_STEP), else_=steps).label("step")
    wanted = (
        _of_days(days, select(stores.c.company, step, func.count()))
        .where(_NOW != _BEFORE)
        .group_by(stores.c.company, literal_column("step"))
        .order_by(stores.c.company, literal_column("step"))
    )
    return [PriceStep(row[0], int(row[1]), row[2]) for row in connection.execute(wanted)]


def largest_rises(
    connection: Connection, days: Sequence[CompanyDay], most: int
) -> list[PriceMovement]:
    """These days' rises, the largest by their share of the price before first, at most so many.

    Of equal ones, that in more stores is first, then the lowest company and SKU.
    """
    return _largest(connection, days, _NOW > _BEFORE, _share().desc(), most)


def largest_falls(
    connection: Connection, days: Sequence[CompanyDay], most: int
) -> list[PriceMovement]:
    """These days' falls, ordered as the rises are."""
    return _largest(connection, days, _NOW < _BEFORE, _share(), most)


def _share() -> ColumnElement[Any]:
    """Price now ÷ price before, as a binary float: equal fractions are equal on any database."""
    exact = literal_column("1e0", Double)
    return exact * literal_column("now_cents") / literal_column("before_cents")


def _largest(
    connection: Connection,
    days: Sequence[CompanyDay],
    has_moved: ColumnElement[bool],
    order: ColumnElement[Any],
    most: int,
) -> list[PriceMovement]:
    columns = (
        stores.c.company,
        prices.c.sku_id,
        _BEFORE.label("before_cents"),
        _NOW.label("now_cents"),
    )
    counted = (func.count().label("stores"), func.min(stores.c.store_id).label("store_id"))
    moved = (
        _of_days(days, select(*columns, *counted))
        .where(has_moved)
        .group_by(stores.c.company, prices.c.sku_id, _BEFORE, _NOW)
        .subquery("moved")
    )
    wanted = (
        select(
            moved.c.company,
            skus.c.sku,
            skus.c.name,
            moved.c.before_cents,
            moved.c.now_cents,
            moved.c.stores,
            moved.c.store_id,
            stores.c.store_name,
        )
        .join(skus, skus.c.sku_id == moved.c.sku_id)
        .join(
            stores,
            (stores.c.company == moved.c.company) & (stores.c.store_id == moved.c.store_id),
        )
        .order_by(order, moved.c.stores.desc(), moved.c.company, skus.c.sku, moved.c.before_cents)
        .limit(most)
    )
    return [PriceMovement(*row) for row in connection.execute(wanted)]


def _of_days(days: Sequence[CompanyDay], columns: Select[Any]) -> Select[Any]:
    """These columns of the prices that have been the same since a snapshot of these days."""
    of_days = (
        and_(stores.c.company == day.company, stores.c.last_scraped_at > day.ends_at - _DAY)
        for day in days
    )
    return (
        columns.select_from(stores)
        .join(prices, prices.c.store_key == stores.c.store_key)
        .where(or_(false(), *of_days), prices.c.price_since_date == stores.c.last_scraped_date)
    )
