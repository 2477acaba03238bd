"""The tables and views of the catalogue, with every column."""

import importlib
import pkgutil
from collections.abc import Iterator

from sqlalchemy import Table

from pipeline_assets.catalogue import schema
from pipeline_assets.catalogue.column_descriptions import VIEW_COLUMNS, described_columns
from tools.reference.markdown import code, sections, table


def tables() -> str:
    """Every table below the subject that it belongs to."""
    return sections(
        *(
            sections(f"## {subject}", *(_table(one) for one in found))
            for subject, found in _subjects()
        )
    )


def views() -> str:
    """Every view with its columns."""
    return sections(*(sections(f"## {name}", _columns_of_view(name)) for name in VIEW_COLUMNS))


def _subjects() -> Iterator[tuple[str, list[Table]]]:
    """Each module of the schema that has tables: the first line of its docstring, and they."""
    for module in sorted(pkgutil.iter_modules(schema.__path__), key=lambda one: one.name):
        loaded = importlib.import_module(f"{schema.__name__}.{module.name}")
        found = [one for one in vars(loaded).values() if isinstance(one, Table)]
        own = [one for one in found if schema.metadata.tables.get(one.name) is one]
        if own:
            subject = (loaded.__doc__ or module.name).strip().splitlines()[0]
            yield subject.rstrip("."), own


def _table(relation: Table) -> str:
    rows = []
    for column in described_columns(relation.name):
        stored = relation.columns[column.name]
        refers = [f"refers to `{key.target_fullname}`" for key in stored.foreign_keys]
        notes = [
            *(["key"] if stored.primary_key else []),
            *(["may be empty"] if column.is_nullable else []),
            *refers,
        ]
        meaning = "; ".join(part for part in (column.description, *notes) if part)
        rows.append((code(column.name), _type(column.type), meaning))
    return sections(f"### {relation.name}", table(("column", "type", "meaning"), rows))


def _columns_of_view(name: str) -> str:
    rows = (
        (code(column.name), _type(column.type), column.description)
        for column in described_columns(name)
    )
    return table(("column", "type", "meaning"), rows)


def _type(name: str) -> str:
    return name.split(" COLLATE ", 1)[0].lower()
