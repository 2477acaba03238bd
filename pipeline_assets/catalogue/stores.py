"""Stores: looked up, registered from the first file that names them, with their last snapshot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from pipeline_assets.catalogue.database.statements import insert_row
from pipeline_assets.catalogue.schema import companies, store_group_members, store_groups, stores
from pipeline_assets.domain.snapshots.acceptance import LastSnapshot
from pipeline_assets.domain.snapshots.header import Header


@dataclass(frozen=True, slots=True)
class KnownStore:
    """A store in the catalogue; `last` is None until a snapshot of it is accepted."""

    store_key: int
    last: LastSnapshot | None


def lookup_store(connection: Connection, company: str, store_id: str) -> KnownStore | None:
    """The store with this identifier; None if it is not registered."""
    row = connection.execute(
        select(stores.c.store_key, stores.c.last_scraped_at, stores.c.last_priced_rows).where(
            stores.c.company == company, stores.c.store_id == store_id
        )
    ).one_or_none()
    if row is None:
        return None
    last = None if row[1] is None else LastSnapshot(row[1], row[2])
    return KnownStore(row[0], last)


def register_store(
    connection: Connection, header: Header, known: KnownStore | None, now: datetime
) -> int:
    """The store_key; with its first snapshot, a store becomes the anchor of a group of one."""
    if known is not None and known.last is not None:
        return known.store_key
    names = (header.company, header.store_id)
    store_key = known.store_key if known else _create(connection, *names, now)
    _group_alone(connection, *names)
    return store_key


def _create(connection: Connection, company: str, store_id: str, now: datetime) -> int:
    found = select(companies.c.company).where(companies.c.company == company)
    if connection.execute(found).one_or_none() is None:
        connection.execute(insert(companies).values(company=company, first_seen_at=now))
    return insert_row(connection, stores, {"company": company, "store_id": store_id})


def _group_alone(connection: Connection, company: str, store_id: str) -> None:
    names = {"company": company, "store_id": store_id}
    members = store_group_members.c
    member = select(members.group_id).where(
        members.company == company, members.store_id == store_id
    )
    if connection.execute(member).one_or_none() is None:
        group = {"company": company, "anchor_store_id": store_id}
        group_id = insert_row(connection, store_groups, group)
        connection.execute(insert(store_group_members).values(names | {"group_id": group_id}))


def apply_header(connection: Connection, store_key: int, header: Header, rows_priced: int) -> None:
    """Record the snapshot as the store's last accepted one."""
    facts: dict[str, Any] = {
        "last_scraped_at": header.scraped_at,
        "last_scraped_date": header.scraped_date,
        "last_priced_rows": rows_priced,
        "claimed_until": None,
    }
    if header.store_name is not None:
        facts["store_name"] = header.store_name
    if header.state is not None:
        facts["state"] = header.state
    connection.execute(update(stores).where(stores.c.store_key == store_key).values(**facts))
