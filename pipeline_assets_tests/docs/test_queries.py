"""Every query and statement of the documentation, on both databases: it runs, and finds rows."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import pytest
from sqlalchemy import Connection, text

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets_tests.conftest import own_server
from pipeline_assets_tests.docs.blocks import (
    MAY_BE_EMPTY,
    ON_THE_SAMPLE,
    ON_THE_SERVER,
    Block,
    blocks_in,
)
from pipeline_assets_tests.docs.conftest import DATABASES, KINDS, Documented
from pipeline_assets_tests.mariadb import MariaDb

QUERIES = [block for block in blocks_in("sql") if ON_THE_SERVER not in block.notes]
ON_SERVERS = [block for block in blocks_in("sql") if ON_THE_SERVER in block.notes]


def statements(block: Block) -> list[str]:
    return [one.strip() for one in block.text.split(";") if one.strip()]


def steady(value: object) -> str:
    """A value as a page may show it: numbers without zeros at their end, nothing for NULL."""
    if value is None:
        return ""
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except InvalidOperation:
        return str(value)


@pytest.fixture(
    scope="module",
    params=[(kind, database) for kind in KINDS for database in DATABASES],
    ids="-".join,
)
def catalogue(
    request: pytest.FixtureRequest, documented: Documented
) -> Iterator[tuple[str, Connection]]:
    """Which files it was made of, and a connection whose changes are taken back."""
    kind, database = request.param
    engine = engine_for(documented(kind, database).catalogue_url)
    with engine.connect() as connection:
        yield kind, connection
    engine.dispose()


@pytest.mark.parametrize("block", QUERIES, ids=lambda block: block.place)
def test_a_query_runs_and_finds_rows(block: Block, catalogue: tuple[str, Connection]) -> None:
    kind, connection = catalogue
    if kind != "sample" and ON_THE_SAMPLE in block.notes:
        return
    with connection.begin() as transaction:
        for statement in statements(block):
            found = connection.execute(text(statement))
            if found.returns_rows:
                rows = found.fetchall()
                assert rows or MAY_BE_EMPTY in block.notes, block.place
                if kind == "sample":
                    answer = {tuple(map(steady, row)) for row in rows}
                    assert {tuple(map(steady, row)) for row in block.answer} <= answer, block.place
            else:
                assert found.rowcount > 0 or MAY_BE_EMPTY in block.notes, block.place
        transaction.rollback()


@pytest.fixture(scope="module")
def own_mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """A server of this module's own: what its administrator does holds for all of it."""
    with own_server(tmp_path_factory.mktemp("administered")) as server:
        yield server


@pytest.mark.parametrize("block", ON_SERVERS, ids=lambda block: block.place)
def test_a_statement_for_a_servers_administrator_runs(block: Block, own_mariadb: MariaDb) -> None:
    for statement in statements(block):
        own_mariadb.execute(statement)
