"""What the catalogue holds, by company and by state."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Integer, case, cast, func, select

from pipeline_assets.catalogue.schema import (
    companies,
    prices,
    products,
    skus,
    store_groups,
    stores,
)


@dataclass(frozen=True, slots=True)
class CompanyStanding:
    """What the catalogue has of one company.

    `stores_scraped` have a snapshot, `stores_current` a recent one; `stores_known` includes those
    from the directory only. `specials`: of the prices, those that the company calls special.
    """

    company: str
    stores_known: int
    stores_scraped: int
    stores_current: int
    groups: int
    skus: int
    prices: int
    specials: int
    newest_at: datetime | None
    newest_on: date | None


@dataclass(frozen=True, slots=True)
class StateCoverage:
    """A company's stores in one state, as files and directories write it."""

    company: str
    state: str | None
    known: int
    scraped: int
    current: int


def company_standings(connection: Connection, current_since: datetime) -> list[CompanyStanding]:
    """All companies, by name. Reads every price once, in the order of the table."""
    is_current = stores.c.last_scraped_at >= current_since
    known = {
        row[0]: row[1:]
        for row in connection.execute(
            select(
                stores.c.company,
                func.count(),
                func.count(stores.c.last_scraped_at),
                func.count(case((is_current, 1))),
                func.max(stores.c.last_scraped_at),
                func.max(stores.c.last_scraped_date),
            ).group_by(stores.c.company)
        )
    }
    sold = _prices_and_specials(connection)
    of_groups = _counted_by(connection, store_groups.c.company)
    of_skus = _counted_by(connection, skus.c.company)
    found = []
    for name in connection.execute(select(companies.c.company).order_by(companies.c.company)):
        company = name[0]
        number, scraped, current, newest_at, newest_on = known.get(company, (0, 0, 0, None, None))
        its_prices, specials = sold.get(company, (0, 0))
        groups, articles = of_groups.get(company, 0), of_skus.get(company, 0)
        found.append(
            CompanyStanding(
                company,
                number,
                scraped,
                current,
                groups,
                articles,
                its_prices,
                specials,
                newest_at,
                newest_on,
            )
        )
    return found


def _prices_and_specials(connection: Connection) -> dict[str, tuple[int, int]]:
    of_store = (
        select(
            prices.c.store_key,
            func.count().label("prices"),
            func.sum(cast(prices.c.is_on_special, Integer)).label("specials"),
        )
        .group_by(prices.c.store_key)
        .subquery("of_store")
    )
    rows = connection.execute(
        select(stores.c.company, func.sum(of_store.c.prices), func.sum(of_store.c.specials))
        .join(of_store, of_store.c.store_key == stores.c.store_key)
        .group_by(stores.c.company)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def _counted_by(connection: Connection, company: ColumnElement[str]) -> dict[str, int]:
    rows = connection.execute(select(company, func.count()).group_by(company))
    return {row[0]: row[1] for row in rows}


def state_coverage(connection: Connection, current_since: datetime) -> list[StateCoverage]:
    """The stores of each company by the state that is written for them."""
    is_current = stores.c.last_scraped_at >= current_since
    rows = connection.execute(
        select(
            stores.c.company,
            stores.c.state,
            func.count(),
            func.count(stores.c.last_scraped_at),
            func.count(case((is_current, 1))),
        )
        .group_by(stores.c.company, stores.c.state)
        .order_by(stores.c.company, stores.c.state)
    )
    return [StateCoverage(*row) for row in rows]


def count_products(connection: Connection) -> int:
    """How many products there are."""
    return connection.execute(select(func.count()).select_from(products)).scalar_one()
