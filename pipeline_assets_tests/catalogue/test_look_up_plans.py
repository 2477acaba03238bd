"""No look-up and no search reads a large table from its beginning to its end."""

import random
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from benchmarks.catalogue_of_prices import Size, fill_catalogue
from benchmarks.look_ups import LOOK_UPS, SEARCHES, asked
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.search import product_ids_of_words
from pipeline_assets.services.post_processing.answers import SKU_WORDS
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.steps import run_step
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True

SIZE = Size(8_000, 40)
# As plans name them: tables, and the aliases of those that occur more than once.
LARGE = re.compile(r"prices|price_history|earlier|skus|products|company_products|word_\d+")
_STEPS_OF_A_ROW = 20
# The catalogue has 16,000 prices; a company 2,000 SKUs and 10 stores of 400 each.
_MOST_ROWS = 3_000
_SQLITE_SCAN = re.compile(r"SCAN (\w+)")


@pytest.fixture
def filled(workplace: Workplace) -> Workplace:
    """A catalogue of 8,000 SKUs and 16,000 prices."""
    fill_catalogue(workplace.pipeline, SIZE)
    run_step(workplace.pipeline, SKU_WORDS, PostProcessingOptions())
    if workplace.catalogue_url:
        large = "prices, price_history, skus, products, company_products, sku_words"
        workplace.rows(f"ANALYZE TABLE {large}")
    return workplace


def full_reads(connection: Connection, ask: Callable[[], object]) -> dict[str, list[str]]:
    """The large tables that are read whole, by statement, where there are any."""
    found = {}
    with _noted(connection) as statements:
        ask()
    for statement, values in statements:
        tables = [name for name in _read_whole(connection, statement, values) if _is_large(name)]
        if tables:
            found[statement] = tables
    return found


def _is_large(name: str) -> bool:
    return LARGE.fullmatch(name) is not None


@contextmanager
def _noted(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    noted: list[tuple[str, Any]] = []

    def note(_c: object, _u: object, statement: str, values: Any, *_: object) -> None:
        noted.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(connection, "before_cursor_execute", note)


def _read_whole(connection: Connection, statement: str, values: Any) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for *_, detail in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
            yield from _SQLITE_SCAN.findall(detail)
        return
    explain = f"EXPLAIN FORMAT=TRADITIONAL {statement}"  # a tree, unless MySQL is told otherwise
    for row in connection.exec_driver_sql(explain, values).mappings():
        if row["type"] in ("ALL", "index"):
            yield row["table"]


def test_no_look_up_reads_a_large_table_whole(filled: Workplace) -> None:
    found: dict[str, Mapping[str, list[str]]] = {}
    with reading(filled.pipeline.engine) as connection:
        for name, query in LOOK_UPS.items():
            values = asked(random.Random(1), SIZE)

            def ask(query: str = query, values: dict[str, Any] = values) -> None:
                assert connection.execute(text(query), values).all()

            if reads := full_reads(connection, ask):
                found[name] = reads
    assert found == {}


def test_no_search_reads_a_large_table_whole(filled: Workplace) -> None:
    found: dict[str, Mapping[str, list[str]]] = {}
    with reading(filled.pipeline.engine) as connection:
        for name, words in SEARCHES.items():

            def ask(words: str = words) -> None:
                product_ids_of_words(connection, words, 20)

            if reads := full_reads(connection, ask):
                found[name] = reads
    assert found == {}


def test_a_full_read_would_be_noticed(filled: Workplace) -> None:
    with reading(filled.pipeline.engine) as connection:

        def ask() -> None:
            connection.execute(text("SELECT * FROM skus WHERE name = 'x'")).all()

        assert list(full_reads(connection, ask).values()) == [["skus"]]


def rows_read(connection: Connection, ask: Callable[[], object]) -> int:
    """How many rows a query reads, about; on SQLite from the steps of its virtual machine."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        ticks = []
        driver.set_progress_handler(lambda: ticks.append(1), _STEPS_OF_A_ROW)
        ask()
        driver.set_progress_handler(None, 0)
        return len(ticks)
    connection.exec_driver_sql("FLUSH STATUS")
    ask()
    shown = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%'")
    return sum(int(number) for _, number in shown)


def test_a_look_up_reads_few_rows(filled: Workplace) -> None:
    """A plan can also go through a large table piece by piece, such as store by store."""
    read = {}
    with reading(filled.pipeline.engine) as connection:
        for name, query in LOOK_UPS.items():
            values = asked(random.Random(1), SIZE)

            def ask(query: str = query, values: dict[str, Any] = values) -> None:
                connection.execute(text(query), values).all()

            ask()
            read[name] = rows_read(connection, ask)
    print(read)
    assert {name: rows for name, rows in read.items() if rows > _MOST_ROWS} == {}
