"""The least that a file can cost: decoding its lines, and writing the rows that it changes.

Both with nothing but msgspec and the database's own driver, in one transaction, into a catalogue's
own tables with all their indexes.
"""

import sqlite3
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import mysql.connector
from sqlalchemy import Engine, make_url

_TABLES: tuple[str, ...] = (
    "companies",
    "stores",
    "categories",
    "brands",
    "brand_aliases",
    "products",
    "skus",
)
_TABLES += ("prices", "price_history")
_SEEN = "UPDATE skus SET facts_at = ?, facts_store_id = ? WHERE sku_id = ?"
_PRICED = (
    "UPDATE prices SET price_cents = ?, previous_price_cents = ?, price_since_date = ? "
    "WHERE store_key = ? AND sku_id = ?"
)


class BareCatalogue:
    """A second catalogue, which takes the same rows as the first by the driver alone."""

    def __init__(self, first: Engine, url: str) -> None:
        self._first = first
        parsed = make_url(url)
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        self._connection: Any
        if self._is_sqlite:
            self._connection = sqlite3.connect(parsed.database or "")
            self._connection.execute("PRAGMA synchronous=FULL")
        else:
            self._connection = mysql.connector.connect(
                host=parsed.host, port=parsed.port, user=parsed.username, database=parsed.database
            )
            self._connection.cursor().execute("SET SESSION foreign_key_checks = 0")

    def take_first(self, content: bytes) -> float:
        """CPU seconds to decode the file and insert all rows of the first catalogue."""
        rows = {table: self._rows(f"SELECT * FROM {table}") for table in _TABLES}  # noqa: S608
        begun = time.process_time()
        _decode(content)
        for table, of_table in rows.items():
            places = ", ".join("?" for _ in of_table[0])
            self._many(f"INSERT INTO {table} VALUES ({places})", of_table)  # noqa: S608
        self._connection.commit()
        return time.process_time() - begun

    def take_known(self, content: bytes) -> float:
        """CPU seconds to decode a file and write what it changed in the first catalogue."""
        moment = self._rows("SELECT MAX(facts_at) FROM skus")[0][0]
        changed = "FROM price_history WHERE scraped_at = (SELECT MAX(facts_at) FROM skus)"
        seen = self._rows(
            "SELECT facts_at, facts_store_id, sku_id FROM skus "
            "WHERE facts_at = (SELECT MAX(facts_at) FROM skus)"
        )
        history = self._rows(f"SELECT * {changed}")
        prices = self._rows(
            "SELECT price_cents, price_cents - 1, scraped_date, store_key, sku_id " + changed
        )
        assert moment is not None
        begun = time.process_time()
        _decode(content)
        self._many(_SEEN, seen)
        self._many(_PRICED, prices)
        places = ", ".join("?" for _ in history[0])
        self._many(f"INSERT INTO price_history VALUES ({places})", history)  # noqa: S608
        self._connection.commit()
        return time.process_time() - begun

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self._first.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def _many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        cursor = self._connection.cursor()
        cursor.executemany(statement if self._is_sqlite else statement.replace("?", "%s"), rows)


def _decode(content: bytes) -> None:
    decode = msgspec.json.Decoder().decode
    for line in content.splitlines():
        decode(line)
