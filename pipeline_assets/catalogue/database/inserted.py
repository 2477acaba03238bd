"""The keys of rows that one statement has inserted, on MySQL and MariaDB."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, text


def ids_of_inserted_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> Sequence[int]:
    """Insert the rows, and return the values of their auto-incremented key, in their order.

    InnoDB numbers the rows of one `INSERT … VALUES` without a gap, in steps that a cluster of
    servers may have set to more than 1.
    """
    first = int(connection.execute(table.insert().values(rows)).lastrowid)
    if len(rows) == 1:
        return [first]
    step = int(connection.execute(text("SELECT @@auto_increment_increment")).scalar_one())
    return range(first, first + step * len(rows), step)
