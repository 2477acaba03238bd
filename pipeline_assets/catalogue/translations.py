"""Which match keys mean the same product: the table of translations, and its export."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from pipeline_assets.catalogue.database.statements import pieces, rows_where_in, write_rows
from pipeline_assets.catalogue.schema import brand_aliases, brands, product_translations, skus

Entry: TypeAlias = "Row[str, str]"
"""A name, and what it is translated to."""

_ROWS_AT_ONCE = 10_000


def product_keys(connection: Connection, match_keys: Collection[str]) -> dict[str, str]:
    """The recorded canonical keys of these match keys."""
    columns = product_translations.c
    wanted = select(columns.match_key, columns.canonical_key)
    rows = rows_where_in(connection, wanted, columns.match_key, match_keys)
    return {row[0]: row[1] for row in rows}


def write_product_keys(
    connection: Connection, written: Mapping[str, str], withdrawn: Collection[str]
) -> None:
    """Record match key → canonical key; delete the withdrawn match keys."""
    table = product_translations
    for piece in pieces({*written, *withdrawn}):
        connection.execute(delete(table).where(table.c.match_key.in_(piece)))
    if written:
        rows = [{"match_key": key, "canonical_key": to} for key, to in written.items()]
        write_rows(connection, insert(table), rows)


def all_product_keys(connection: Connection) -> Iterator[Sequence[Entry]]:
    """Every match key with its canonical key, in order of the match keys, in pieces."""
    columns = product_translations.c
    wanted = select(columns.match_key, columns.canonical_key).order_by(columns.match_key)
    return _in_pieces(connection, wanted)


def all_brand_names(connection: Connection) -> Iterator[Sequence[Entry]]:
    """Every alias with its brand's name as it is shown, in order of the aliases, in pieces."""
    wanted = (
        select(brand_aliases.c.alias, brands.c.name)
        .join(brands, brands.c.brand_id == brand_aliases.c.brand_id)
        .order_by(brand_aliases.c.alias)
    )
    return _in_pieces(connection, wanted)


def count_exported(connection: Connection) -> dict[str, int]:
    """How many entries the tables have that `all_brand_names` and `all_product_keys` read."""
    tables = {"brands": brand_aliases, "products": product_translations}
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.items()
    }


def _in_pieces(connection: Connection, wanted: Select[str, str]) -> Iterator[Sequence[Entry]]:
    rows = connection.execute(wanted, execution_options={"yield_per": _ROWS_AT_ONCE})
    return rows.partitions()


def unknown_product_keys(connection: Connection) -> list[str]:
    """Recorded match keys that no SKU has any more."""
    used = select(skus.c.match_key).where(skus.c.match_key == product_translations.c.match_key)
    rows = connection.execute(select(product_translations.c.match_key).where(~used.exists()))
    return [row[0] for row in rows]
