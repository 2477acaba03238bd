"""How the catalogue grew, from the ledger: SKUs and stores by the date of their first file.

The work follows the number of files ever accepted, not that of their rows.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from pipeline_assets.catalogue.schema import ingested_files


@dataclass(frozen=True, slots=True)
class DayOfGrowth:
    """What a company's files of one date brought that the catalogue did not have yet."""

    company: str
    day: date
    skus: int
    stores: int


def growth(connection: Connection) -> list[DayOfGrowth]:
    """The days that brought anything new, by company and date."""
    skus, stores = _skus(connection), _stores(connection)
    return [
        DayOfGrowth(company, day, skus[company, day], stores[company, day])
        for company, day in sorted(skus.keys() | stores.keys())
    ]


def _skus(connection: Connection) -> Counter[tuple[str, date]]:
    files = ingested_files.c
    wanted = (
        select(files.company, files.scraped_date, func.sum(files.skus_new))
        .where(files.skus_new > 0)
        .group_by(files.company, files.scraped_date)
    )
    return Counter({(row[0], row[1]): int(row[2]) for row in connection.execute(wanted)})


def _stores(connection: Connection) -> Counter[tuple[str, date]]:
    files = ingested_files.c
    first = (
        select(files.company, func.min(files.scraped_date).label("first_day"))
        .group_by(files.company, files.store_id)
        .subquery("first")
    )
    wanted = select(first.c.company, first.c.first_day, func.count()).group_by(
        first.c.company, first.c.first_day
    )
    return Counter({(row[0], row[1]): row[2] for row in connection.execute(wanted)})
