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


def get_or_create_store(connection: Connection, header: Header, now: datetime) -> KnownStore:
    """The snapshot's store; a new store is registered as the anchor of a group of one."""
    known = lookup_store(connection, header.company, header.store_id)
    if known is not None:
        return known
    company = select(companies.c.company).where(companies.c.company == header.company)
    if connection.execute(company).one_or_none() is None:
        connection.execute(insert(companies).values(company=header.company, first_seen_at=now))
    names = {"company": header.company, "store_id": header.store_id}
    store_key = insert_row(connection, stores, names)
    group = {"company": header.company, "anchor_store_id": header.store_id}
    group_id = insert_row(connection, store_groups, group)
    connection.execute(insert(store_group_members).values(names | {"group_id": group_id}))
    return KnownStore(store_key, None)


def apply_header(connection: Connection, store_key: int, header: Header, rows_priced: int) -> None:
    """Record the snapshot as the store's last accepted one."""
    facts: dict[str, Any] = {
        "last_scraped_at": header.scraped_at,
        "last_scraped_date": header.scraped_date,
        "last_priced_rows": rows_priced,
    }
    if header.store_name is not None:
        facts["store_name"] = header.store_name
    if header.state is not None:
        facts["state"] = header.state
    connection.execute(update(stores).where(stores.c.store_key == store_key).values(**facts))
