"""Running totals: how many rows the large tables hold, without counting them.

Whatever adds rows to these tables, or removes them, says so in the same transaction.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select, update

from pipeline_assets.catalogue.schema import catalogue_totals, price_history, prices, skus

_COUNTED = {table.name: table for table in (prices, price_history, skus)}


def read_totals(connection: Connection) -> dict[str, int]:
    """The running totals: table → rows, for `prices`, `price_history` and `skus`."""
    rows = connection.execute(select(catalogue_totals.c.name, catalogue_totals.c.total))
    return {row[0]: row[1] for row in rows}


def count_tables(connection: Connection) -> dict[str, int]:
    """The same, counted anew: the work follows the size of the tables."""
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in _COUNTED.items()
    }


def add_to_totals(connection: Connection, added: Mapping[str, int]) -> None:
    """Add these rows to the totals, or take them off where the number is below 0."""
    for name, rows in sorted(added.items()):
        if rows:
            connection.execute(
                update(catalogue_totals)
                .where(catalogue_totals.c.name == name)
                .values(total=catalogue_totals.c.total + rows)
            )
