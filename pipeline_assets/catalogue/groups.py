"""Store groups: what is known about a company's stores, their prices as arrays, new groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from pipeline_assets.catalogue.database.statements import insert_row, write_rows
from pipeline_assets.catalogue.price_lists import lists_of_stores
from pipeline_assets.catalogue.schema import (
    store_comparisons,
    store_group_members,
    store_groups,
    stores,
)
from pipeline_assets.domain.groups.plan import Mark, StoreState
from pipeline_assets.domain.groups.price_lists import PriceList, PriceLists


@dataclass(frozen=True, slots=True)
class CompanyStores:
    """One company's stores with a snapshot, their keys by store id, and the flagged anchors."""

    states: Sequence[StoreState]
    store_keys: Mapping[str, int]
    flagged: frozenset[str]


def companies_with_stores(connection: Connection) -> list[str]:
    """The companies that have any store with a snapshot, in order."""
    wanted = select(stores.c.company).where(stores.c.last_scraped_at.is_not(None)).distinct()
    return [row[0] for row in connection.execute(wanted.order_by(stores.c.company))]


def company_stores(connection: Connection, company: str) -> CompanyStores:
    """The stores with their groups and what they were last compared with."""
    ours = store_comparisons.c.company == company
    marks = {
        row[0]: Mark(*row[1:])
        for row in connection.execute(
            select(
                store_comparisons.c.store_id,
                store_comparisons.c.rules,
                store_comparisons.c.scraped_at,
                store_comparisons.c.anchor_store_id,
                store_comparisons.c.anchor_scraped_at,
                store_comparisons.c.equal_prices,
                store_comparisons.c.common_skus,
            ).where(ours)
        )
    }
    rows = connection.execute(
        select(
            stores.c.store_id,
            stores.c.store_key,
            stores.c.last_scraped_at,
            store_groups.c.anchor_store_id,
            store_groups.c.is_flagged,
        )
        .join(
            store_group_members,
            (store_group_members.c.company == stores.c.company)
            & (store_group_members.c.store_id == stores.c.store_id),
        )
        .join(store_groups, store_groups.c.group_id == store_group_members.c.group_id)
        .where(stores.c.company == company, stores.c.last_scraped_at.is_not(None))
        .order_by(stores.c.store_id)
    ).all()
    return CompanyStores(
        [StoreState(row[0], row[2], row[3], marks.get(row[0])) for row in rows],
        {row[0]: row[1] for row in rows},
        frozenset(row[3] for row in rows if row[4]),
    )


def price_lists(connection: Connection, found: CompanyStores) -> PriceLists:
    """The current prices of these stores; they are read when they are needed."""

    def read(store_ids: Sequence[str]) -> Iterator[PriceList]:
        return lists_of_stores(connection, [found.store_keys[one] for one in store_ids])

    return PriceLists(found.store_keys, read)


def write_groups(
    connection: Connection, company: str, moved: Mapping[str, str], flagged: Mapping[str, bool]
) -> None:
    """Move stores to other groups, as store id → anchor's store id; delete groups without stores.

    `flagged`: anchors whose flag changes, by store id.
    """
    wanted = select(store_groups.c.anchor_store_id, store_groups.c.group_id)
    rows = connection.execute(wanted.where(store_groups.c.company == company))
    group_ids: dict[str, int] = {row[0]: row[1] for row in rows}
    for anchor in sorted(set(moved.values()) - group_ids.keys()):
        group = {"company": company, "anchor_store_id": anchor, "is_flagged": False}
        group_ids[anchor] = insert_row(connection, store_groups, group)
    for store_id, anchor in moved.items():
        connection.execute(
            update(store_group_members)
            .where(
                store_group_members.c.company == company,
                store_group_members.c.store_id == store_id,
            )
            .values(group_id=group_ids[anchor])
        )
    if moved:
        inhabited = exists().where(store_group_members.c.group_id == store_groups.c.group_id)
        connection.execute(
            delete(store_groups).where(store_groups.c.company == company, ~inhabited)
        )
    for anchor, is_flagged in flagged.items():
        connection.execute(
            update(store_groups)
            .where(store_groups.c.company == company, store_groups.c.anchor_store_id == anchor)
            .values(is_flagged=is_flagged)
        )


def write_marks(connection: Connection, company: str, marks: Mapping[str, Mark | None]) -> None:
    """Store what each store was compared with, by store id; None deletes it."""
    if not marks:
        return
    statement = delete(store_comparisons).where(
        store_comparisons.c.company == company,
        store_comparisons.c.store_id == bindparam("of_store"),
    )
    write_rows(connection, statement, [{"of_store": store_id} for store_id in marks])
    rows = [
        {
            "company": company,
            "store_id": store_id,
            "rules": mark.rules,
            "scraped_at": mark.scraped_at,
            "anchor_store_id": mark.anchor_id,
            "anchor_scraped_at": mark.anchor_scraped_at,
            "equal_prices": mark.equal,
            "common_skus": mark.both,
        }
        for store_id, mark in marks.items()
        if mark is not None
    ]
    if rows:
        write_rows(connection, insert(store_comparisons), rows)
