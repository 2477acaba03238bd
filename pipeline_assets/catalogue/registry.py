"""Companies, stores, categories and brands: registered when a file names them the first time."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from pipeline_assets.catalogue.known import KnownStore, known_store
from pipeline_assets.catalogue.schema import (
    brand_aliases,
    brands,
    categories,
    companies,
    store_group_members,
    store_groups,
    stores,
)
from pipeline_assets.catalogue.statements import insert_row, rows_where_in
from pipeline_assets.domain.listings import CATEGORY_SEPARATOR
from pipeline_assets.domain.snapshots import Header
from pipeline_assets.domain.words import nicest_spelling


def ensure_store(connection: Connection, header: Header, now: datetime) -> KnownStore:
    """The snapshot's store, registered as the anchor of a group of one where it is new."""
    known = known_store(connection, header.company, header.store_id)
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


def ensure_categories(connection: Connection, company: str, paths: Iterable[str]) -> dict[str, int]:
    """The ids of a company's category paths, by path; missing ones are made, parents first."""
    wanted = {branch for path in paths for branch in _branches(path)}
    ids = _category_ids(connection, company, wanted)
    missing = sorted(wanted - ids.keys(), key=lambda path: (path.count(CATEGORY_SEPARATOR), path))
    for path in missing:
        parent, _, name = path.rpartition(CATEGORY_SEPARATOR)
        row = {"company": company, "path": path, "name": name, "parent_id": ids.get(parent)}
        ids[path] = insert_row(connection, categories, row)
    return ids


def _branches(path: str) -> list[str]:
    levels = path.split(CATEGORY_SEPARATOR)
    return [CATEGORY_SEPARATOR.join(levels[: depth + 1]) for depth in range(len(levels))]


def _category_ids(connection: Connection, company: str, paths: set[str]) -> dict[str, int]:
    known = select(categories.c.path, categories.c.category_id).where(
        categories.c.company == company
    )
    return {row[0]: row[1] for row in rows_where_in(connection, known, categories.c.path, paths)}


def ensure_brands(connection: Connection, spellings: Mapping[str, str]) -> None:
    """Register brands by normalised name; `spellings` gives for each name how it is written."""
    known = {
        row.alias: row
        for row in rows_where_in(
            connection, select(brand_aliases), brand_aliases.c.alias, spellings.keys()
        )
    }
    missing = spellings.keys() - known.keys()
    # Other names can stand for a brand whose own name no SKU had any more.
    ids = _brand_ids(connection, missing)
    for name in sorted(missing):
        brand = {"normalised_name": name, "name": spellings[name]}
        brand_id = ids[name] if name in ids else insert_row(connection, brands, brand)
        alias = {"alias": name, "brand_id": brand_id, "spelling": spellings[name]}
        connection.execute(insert(brand_aliases).values(alias))
    for name, row in known.items():
        spelling = nicest_spelling((row.spelling, spellings[name]))
        if spelling != row.spelling:
            _respell(connection, name, spelling)


def _brand_ids(connection: Connection, names: Collection[str]) -> dict[str, int]:
    wanted = select(brands.c.normalised_name, brands.c.brand_id)
    rows = rows_where_in(connection, wanted, brands.c.normalised_name, names)
    return {row[0]: row[1] for row in rows}


def _respell(connection: Connection, alias: str, spelling: str) -> None:
    connection.execute(
        update(brand_aliases).where(brand_aliases.c.alias == alias).values(spelling=spelling)
    )
    connection.execute(
        update(brands).where(brands.c.normalised_name == alias).values(name=spelling)
    )
