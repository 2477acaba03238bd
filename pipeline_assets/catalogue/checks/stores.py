"""Stores and companies that have fallen silent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from pipeline_assets.catalogue.checks.offenders import Offenders, find_offenders
from pipeline_assets.catalogue.schema import stores


@dataclass(frozen=True, slots=True)
class CompanySilence:
    """How many of a company's stores have a snapshot, how many only an old one; the newest."""

    company: str
    stores: int
    stale: int
    newest_at: datetime


def silent_stores(connection: Connection, oldest: datetime) -> Offenders:
    """Stores whose newest snapshot is older than `oldest`, the stalest first."""
    return find_offenders(
        connection,
        select(
            stores.c.company,
            stores.c.store_id,
            stores.c.last_scraped_at,
            stores.c.store_name,
            stores.c.state,
        )
        .where(stores.c.last_scraped_at < oldest)
        .order_by(stores.c.last_scraped_at, stores.c.company, stores.c.store_id),
    )


def silence_by_company(connection: Connection, oldest: datetime) -> list[CompanySilence]:
    """The same by company, of the stores that have a snapshot."""
    is_stale = stores.c.last_scraped_at < oldest
    rows = connection.execute(
        select(
            stores.c.company,
            func.count(),
            func.sum(case((is_stale, 1), else_=0)),
            func.max(stores.c.last_scraped_at),
        )
        .where(stores.c.last_scraped_at.is_not(None))
        .group_by(stores.c.company)
        .order_by(stores.c.company)
    )
    return [CompanySilence(row[0], row[1], int(row[2]), row[3]) for row in rows]
