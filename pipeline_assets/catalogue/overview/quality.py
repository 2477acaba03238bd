"""How far the catalogue can be trusted: refused files, rejected rows, stale stores, activity."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from pipeline_assets.catalogue.schema import file_attempts, ingested_files, product_merges, stores
from pipeline_assets.domain.files.attempts import Event


@dataclass(frozen=True, slots=True)
class CompanyFiles:
    """A company's files accepted since a moment, and their rows."""

    company: str
    files: int
    rows_read: int
    rows_rejected: int
    rows_unpriced: int
    prices_changed: int


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many files were refused since a moment, for one reason; halted ones have none."""

    outcome: str
    reason: str | None
    files: int


@dataclass(frozen=True, slots=True)
class StaleStore:
    """A store whose last accepted snapshot is old."""

    company: str
    store_id: str
    store_name: str | None
    state: str | None
    scraped_on: date


@dataclass(frozen=True, slots=True)
class DayOfActivity:
    """The snapshots of one date: how many files, how many prices they changed."""

    day: date
    files: int
    prices_changed: int


def accepted_files(connection: Connection, since: datetime) -> list[CompanyFiles]:
    """The files accepted since then (UTC), by company."""
    files = ingested_files.c
    rows = connection.execute(
        select(
            files.company,
            func.count(),
            func.sum(files.rows_read),
            func.sum(files.rows_rejected),
            func.sum(files.rows_accepted - files.rows_priced),
            func.sum(files.prices_changed),
        )
        .where(files.ingested_at >= since)
        .group_by(files.company)
        .order_by(files.company)
    )
    return [CompanyFiles(row[0], row[1], *map(int, row[2:])) for row in rows]


def refusal_counts(connection: Connection, since: datetime) -> list[RefusalCount]:
    """The refusals and halts since then (UTC), those with the most files first."""
    attempts, number = file_attempts.c, func.count()
    rows = connection.execute(
        select(attempts.outcome, attempts.reason, number)
        .where(
            attempts.outcome.in_([Event.QUARANTINED.value, Event.HALTED.value]),
            attempts.ended_at >= since,
        )
        .group_by(attempts.outcome, attempts.reason)
        .order_by(number.desc(), attempts.outcome, attempts.reason)
    )
    return [RefusalCount(*row) for row in rows]


def stalest_stores(
    connection: Connection, current_since: datetime, most: int
) -> tuple[int, list[StaleStore]]:
    """How many stores have only an old snapshot, and the stalest of them."""
    is_stale = stores.c.last_scraped_at < current_since
    number = connection.execute(
        select(func.count()).select_from(stores).where(is_stale)
    ).scalar_one()
    rows = connection.execute(
        select(
            stores.c.company,
            stores.c.store_id,
            stores.c.store_name,
            stores.c.state,
            stores.c.last_scraped_date,
        )
        .where(is_stale)
        .order_by(stores.c.last_scraped_at, stores.c.company, stores.c.store_id)
        .limit(most)
    )
    return number, [StaleStore(*row) for row in rows]


def daily_activity(connection: Connection, since: date) -> list[DayOfActivity]:
    """The snapshots accepted of each date since then, the oldest date first."""
    files = ingested_files.c
    rows = connection.execute(
        select(files.scraped_date, func.count(), func.sum(files.prices_changed))
        .where(files.scraped_date >= since)
        .group_by(files.scraped_date)
        .order_by(files.scraped_date)
    )
    return [DayOfActivity(row[0], row[1], int(row[2])) for row in rows]


def last_change(connection: Connection) -> str:
    """A text that is another one once a file was handled, or products were merged or split."""
    handled, merge = (
        connection.execute(select(func.max(column))).scalar_one()
        for column in (file_attempts.c.attempt_id, product_merges.c.merge_id)
    )
    return f"{handled or 0}/{merge or 0}"
