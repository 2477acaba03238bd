"""What the directory says of stores, and which stores a scraper is given next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, column, or_, select, table

from pipeline_assets.catalogue.database.statements import insert_rows, update_rows
from pipeline_assets.catalogue.schema import companies, stores
from pipeline_assets.catalogue.schema.types import MOMENT
from pipeline_assets.domain.stores.directory import StoreFacts

StoreName = tuple[str, str]
"""A company and the store's number there."""

_FACTS = tuple(field.name for field in fields(StoreFacts))


@dataclass(frozen=True, slots=True)
class ListedStore:
    """A store of the catalogue: its facts, and whether it has a snapshot."""

    facts: StoreFacts
    is_scraped: bool


# A view has no types of its own on SQLite.
_TYPES: dict[str, Any] = {"scraped_date": Date(), "claimed_until": MOMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreToScrape:
    """A store that is worth a visit, and why; and its refused file that still needs someone."""

    company: str
    store_id: str
    store_name: str | None
    suburb: str | None
    state: str | None
    postcode: str | None
    latitude: float | None
    longitude: float | None
    scraped_date: date | None
    reason: str
    stores_in_group: int
    refused_file: str | None
    refused_reason: str | None


_VIEW = table(
    "stores_to_scrape",
    *(
        column(name, _TYPES.get(name))
        for name in (*(field.name for field in fields(StoreToScrape)), "claimed_until")
    ),
)


def listed_stores(
    connection: Connection, wanted: Collection[str]
) -> Mapping[StoreName, ListedStore]:
    """All stores of these companies."""
    names = (stores.c.company, stores.c.store_id, stores.c.last_scraped_at)
    rows = connection.execute(
        select(*names, *(stores.c[name] for name in _FACTS)).where(stores.c.company.in_(wanted))
    )
    return {
        (row.company, row.store_id): ListedStore(
            StoreFacts(**{name: getattr(row, name) for name in _FACTS}),
            row.last_scraped_at is not None,
        )
        for row in rows
    }


def add_stores(connection: Connection, new: Mapping[StoreName, StoreFacts], now: datetime) -> None:
    """Add stores that have no snapshot yet, and their companies where they are new."""
    wanted = sorted({company for company, _ in new})
    known = set(connection.scalars(select(companies.c.company)))
    insert_rows(
        connection,
        companies,
        [{"company": one, "first_seen_at": now} for one in wanted if one not in known],
    )
    insert_rows(connection, stores, [_row(name, facts) for name, facts in new.items()])


def update_stores(connection: Connection, changed: Mapping[StoreName, StoreFacts]) -> None:
    """Replace what is known of these stores."""
    rows = [_row(name, facts) for name, facts in changed.items()]
    update_rows(connection, stores, rows, "company", "store_id")


def _row(name: StoreName, facts: StoreFacts) -> dict[str, object]:
    return {"company": name[0], "store_id": name[1], **asdict(facts)}


def unclaimed_stores(
    connection: Connection,
    now: datetime,
    limit: int,
    company: str | None,
    *,
    with_current: bool,
) -> Sequence[StoreToScrape]:
    """The stores most worth a visit that nobody has claimed, in the order of the view."""
    query = (
        select(*(_VIEW.c[field.name] for field in fields(StoreToScrape)))
        .where(or_(_VIEW.c.claimed_until.is_(None), _VIEW.c.claimed_until <= now))
        .limit(limit)
    )
    if company is not None:
        query = query.where(_VIEW.c.company == company)
    if not with_current:
        query = query.where(_VIEW.c.reason != "current")
    return [StoreToScrape(**row._mapping) for row in connection.execute(query)]


def claim_stores(connection: Connection, names: Sequence[StoreName], until: datetime) -> None:
    """Keep these stores from being given to anyone else until then."""
    rows = [
        {"company": company, "store_id": store_id, "claimed_until": until}
        for company, store_id in names
    ]
    update_rows(connection, stores, rows, "company", "store_id")
