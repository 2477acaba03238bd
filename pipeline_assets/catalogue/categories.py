"""Categories: each is its whole path within its company; together they form a tree."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.database.statements import insert_rows, pieces, rows_where_in
from pipeline_assets.catalogue.schema import categories
from pipeline_assets.domain.snapshots.listing import CATEGORY_SEPARATOR


def get_or_create_categories(
    connection: Connection, company: str, paths: Iterable[str]
) -> dict[str, int]:
    """The ids of a company's category paths, by path; missing ones are created, parents first."""
    found: dict[str, int] = {}
    # In pieces, as a path has several branches, each with all the text before it.
    for piece in pieces(sorted(paths)):
        ids = _with_branches(connection, company, piece)
        found |= {path: ids[path] for path in piece}
    return found


def _with_branches(connection: Connection, company: str, paths: Iterable[str]) -> dict[str, int]:
    wanted = {branch for path in paths for branch in _branches(path)}
    ids = _category_ids(connection, company, wanted)
    depths: dict[int, list[str]] = defaultdict(list)
    for path in sorted(wanted - ids.keys()):
        depths[path.count(CATEGORY_SEPARATOR)].append(path)
    for _, missing in sorted(depths.items()):
        rows = []
        for path in missing:
            parent, _, name = path.rpartition(CATEGORY_SEPARATOR)
            parent_id = ids.get(parent)
            rows.append({"company": company, "path": path, "name": name, "parent_id": parent_id})
        insert_rows(connection, categories, rows)
        ids |= _category_ids(connection, company, missing)
    return ids


def _branches(path: str) -> list[str]:
    levels = path.split(CATEGORY_SEPARATOR)
    return [CATEGORY_SEPARATOR.join(levels[: depth + 1]) for depth in range(len(levels))]


def _category_ids(connection: Connection, company: str, paths: Collection[str]) -> dict[str, int]:
    known = select(categories.c.path, categories.c.category_id).where(
        categories.c.company == company
    )
    return {row[0]: row[1] for row in rows_where_in(connection, known, categories.c.path, paths)}
