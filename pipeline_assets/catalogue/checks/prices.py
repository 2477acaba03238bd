"""The prices of a company's last day: what changed, specials, and rows that came without one.

The last day are the stores whose newest snapshot is from `since` or later: what is read follows
the number of prices in those, not the length of the history.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Integer, case, cast, exists, func, or_, select

from pipeline_assets.catalogue.checks.offenders import Offenders, find_offenders
from pipeline_assets.catalogue.schema import ingested_files, price_history, prices, skus, stores


@dataclass(frozen=True, slots=True)
class LastDayPrices:
    """A company's prices in the stores of its last day, in numbers."""

    prices: int
    specials: int
    changes: int


def newest_days(connection: Connection) -> dict[str, date]:
    """The date of each company's newest snapshot."""
    newest = func.max(stores.c.last_scraped_date)
    rows = connection.execute(
        select(stores.c.company, newest)
        .where(stores.c.last_scraped_date.is_not(None))
        .group_by(stores.c.company)
        .order_by(stores.c.company)
    )
    return {row[0]: row[1] for row in rows}


def last_day_prices(connection: Connection, company: str, since: date) -> LastDayPrices:
    """How many prices, specials and price changes the company's last day has."""
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(cast(prices.c.is_on_special, Integer)), 0),
            func.coalesce(func.sum(case((_changed(since), 1), else_=0)), 0),
        )
        .join_from(stores, prices, prices.c.store_key == stores.c.store_key)
        .where(stores.c.company == company, stores.c.last_scraped_date >= since)
    ).one()
    return LastDayPrices(*map(int, row))


def implausible_changes(
    connection: Connection, company: str, since: date, largest: float
) -> Offenders:
    """Changes of the last day by more than the share `largest` of the price before.

    A rise to a price that the store has asked before is left out: that is the end of a special.
    """
    before = price_history.c
    asked_before = exists().where(
        before.store_key == prices.c.store_key,
        before.sku_id == prices.c.sku_id,
        before.price_cents == prices.c.price_cents,
        before.scraped_date < prices.c.price_since_date,
    )
    fell = prices.c.price_cents < prices.c.previous_price_cents * (1 - largest)
    rose = prices.c.price_cents > prices.c.previous_price_cents * (1 + largest)
    times = prices.c.price_cents * 1.0 / prices.c.previous_price_cents
    return find_offenders(
        connection,
        select(
            stores.c.company,
            stores.c.store_id,
            skus.c.sku,
            prices.c.price_since_date.label("day"),
            prices.c.previous_price_cents.label("price_before"),
            prices.c.price_cents.label("price_now"),
            skus.c.name,
        )
        .join_from(stores, prices, prices.c.store_key == stores.c.store_key)
        .join(skus, skus.c.sku_id == prices.c.sku_id)
        .where(
            stores.c.company == company,
            stores.c.last_scraped_date >= since,
            _changed(since),
            or_(fell, rose & ~asked_before),
        )
        .order_by(case((times < 1, 1 / times), else_=times).desc(), stores.c.store_id, skus.c.sku),
    )


def _changed(since: date) -> ColumnElement[bool]:
    is_new = prices.c.price_since_date >= since
    return is_new & (prices.c.previous_price_cents != prices.c.price_cents)


def stores_without_prices(connection: Connection, largest: float) -> Offenders:
    """Stores in whose newest snapshot more than the share `largest` of the rows had no price."""
    files = ingested_files.c
    is_newest = (
        (stores.c.company == files.company)
        & (stores.c.store_id == files.store_id)
        & (stores.c.last_scraped_at == files.scraped_at)
    )
    unpriced = files.rows_accepted - files.rows_priced
    return find_offenders(
        connection,
        select(
            files.company,
            files.store_id,
            files.scraped_date,
            files.rows_accepted,
            files.rows_priced,
            files.archive_path,
        )
        .join_from(ingested_files, stores, is_newest)
        .where(unpriced > files.rows_accepted * largest)
        .order_by(unpriced.desc(), files.company, files.store_id),
    )
