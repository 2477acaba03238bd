"""Categories: each is its whole path within its company; together they form a tree."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.database.statements import insert_row, rows_where_in
from pipeline_assets.catalogue.schema import categories
from pipeline_assets.domain.snapshots.listing import CATEGORY_SEPARATOR


def get_or_create_categories(
    connection: Connection, company: str, paths: Iterable[str]
) -> dict[str, int]:
    """The ids of a company's category paths, by path; missing ones are created, parents first."""
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
