"""A migration that was cut off at any point is taken up again and leads to the same catalogue."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from pipeline_assets.catalogue.database import waiting
from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.engine import engine_for, migrating, reading, writing
from pipeline_assets.catalogue.database.migrate import alembic_config, migrate
from pipeline_assets.catalogue.database.revision import SchemaState, schema_state
from pipeline_assets.catalogue.schema.types import KEY, text_of
from pipeline_assets.errors import CatalogueUnavailableError, PipelineError
from pipeline_assets_tests.catalogue.database import interrupted
from pipeline_assets_tests.catalogue.database.interrupted import cut_after_every_statement
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.test_prepared import schema
from pipeline_assets_tests.workplace import PROJECT_ROOT

FIRST = "0001"
# At least one row in each table that a later revision has changed, or that others refer to.
ROWS = (
    "companies VALUES ('aldi', '2025-09-09 00:00:00')",
    "stores (store_key, company, store_id) VALUES (1, 'aldi', 'G1')",
    "store_groups (group_id, company, anchor_store_id) VALUES (7, 'aldi', 'G1')",
    "store_group_members VALUES ('aldi', 'G1', 7)",
    "brands VALUES (1, 'yumi', 'Yumi''s')",
    "brand_aliases VALUES ('yumi', 1, 'Yumi''s')",
    "products VALUES (1, NULL, 1, '2025-09-09 00:00:00')",
    "skus (sku_id, company, sku, product_id, name, brand_alias, facts_at, facts_store_id,"
    " identity_file_id) VALUES (1, 'aldi', '001', 1, 'Dip', 'yumi', '2025-09-09', 'G1', 1)",
    "price_history VALUES (1, 1, '2025-09-09 00:00:00', '2025-09-09', 'first seen', 350)",
    "file_attempts (inbox, name, fingerprint, outcome, started_at)"
    " VALUES ('product_inbox', 'a.jsonl', 'f', 'accepted', '2025-09-09 00:00:00')",
)


@pytest.fixture
def undisturbed(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A second catalogue on the same kind of database."""
    name = f"{engine.url.database}_undisturbed"
    if engine.dialect.name != "sqlite":
        request.getfixturevalue("mariadb").create(name)
    other = engine_for(engine.url.set(database=name).render_as_string(hide_password=False))
    yield other
    other.dispose()


def fill(engine: Engine) -> None:
    """Make a catalogue of the first revision, with rows."""
    with writing(engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        for row in ROWS:
            connection.execute(text(f"INSERT INTO {row}"))


def all_of(engine: Engine, server: Server | None) -> object:
    """The statements that make the schema, views included, and every row of every table."""
    with reading(engine) as connection:
        rows = {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
            for name in inspect(connection).get_table_names()
        }
    database = engine.url.database
    assert database is not None
    if server is None:
        return schema(engine.url.render_as_string()), rows
    return server.dump(database).replace(database, "catalogue"), rows


def server_of(engine: Engine, request: pytest.FixtureRequest) -> Server | None:
    if engine.dialect.name == "sqlite":
        return None
    server = request.getfixturevalue("mariadb")
    assert isinstance(server, Server)
    return server


@pytest.mark.parametrize("is_filled", [False, True], ids=["empty", "filled"])
def test_a_migration_that_is_cut_off_after_every_statement_ends_as_an_undisturbed_one(
    engine: Engine, undisturbed: Engine, is_filled: bool, request: pytest.FixtureRequest
) -> None:
    for one in (engine, undisturbed):
        if is_filled:
            fill(one)
    assert migrate(undisturbed) is True
    statements = cut_after_every_statement(engine, lambda: migrate(engine))
    assert len(statements) > (12 if is_filled else 50)
    assert schema_state(engine) is SchemaState.CURRENT
    server = server_of(engine, request)
    assert all_of(engine, server) == all_of(undisturbed, server)
    assert migrate(engine) is False


@contextmanager
def operations(engine: Engine) -> Iterator[Operations]:
    """Alembic's operations in a transaction, as a revision has them."""
    with writing(engine) as connection:
        context = MigrationContext.configure(connection, opts={"transactional_ddl": False})
        dialect_of(engine.dialect.name).let_migration_resume(context)
        with Operations.context(context) as op:
            yield op


def create_what_the_revision_changes(engine: Engine) -> None:
    with operations(engine) as op:
        op.create_table(
            "shops",
            sa.Column("shop_id", KEY, nullable=False),
            sa.Column("name", text_of(20), nullable=False),
            sa.Column("town", text_of(20), nullable=True),
            sa.Column("gone", sa.Integer(), nullable=True),
            sa.PrimaryKeyConstraint("shop_id", name="pk_shops"),
        )
        op.create_index("ix_shops_name", "shops", ["name"])
        op.create_table("old", sa.Column("old_id", KEY, primary_key=True))
        op.create_table("unused", sa.Column("unused_id", KEY, primary_key=True))
        op.execute("INSERT INTO shops VALUES (1, 'one', 'x', 1)")


def revise(engine: Engine) -> None:
    """A revision with each kind of change that revisions make."""
    with operations(engine) as op:
        kinds = op.create_table(
            "kinds",
            sa.Column("kind", text_of(8), nullable=False),
            sa.Column("rank", sa.Integer(), nullable=False, index=True),
            sa.PrimaryKeyConstraint("kind", name="pk_kinds"),
        )
        op.bulk_insert(kinds, [{"kind": "big", "rank": 1}, {"kind": "small", "rank": 2}])
        op.rename_table("old", "new")
        op.drop_table("unused")
        with op.batch_alter_table("shops") as batch:
            batch.drop_index("ix_shops_name")
            batch.add_column(sa.Column("kind", text_of(8), nullable=True))
            batch.alter_column("town", new_column_name="place", existing_type=text_of(20))
            batch.alter_column("name", existing_type=text_of(20), type_=text_of(40))
            batch.drop_column("gone")
        with op.batch_alter_table("shops") as batch:
            batch.create_unique_constraint("uq_shops_name", ["name"])
            batch.create_foreign_key("fk_shops_kind", "kinds", ["kind"], ["kind"])
            batch.create_check_constraint("ck_shops_name", "name <> ''")
            batch.create_index("ix_shops_place", ["place"])
        op.execute("UPDATE shops SET kind = 'big' WHERE kind IS NULL")
        with op.batch_alter_table("shops") as batch:
            batch.drop_constraint("ck_shops_name", type_="check")


def test_every_kind_of_change_can_be_made_again(
    engine: Engine, undisturbed: Engine, request: pytest.FixtureRequest
) -> None:
    """So that the next revision resumes as well, without any care of its author."""
    for one in (engine, undisturbed):
        create_what_the_revision_changes(one)
    revise(undisturbed)
    assert len(cut_after_every_statement(engine, lambda: revise(engine))) > 14
    server = server_of(engine, request)
    assert all_of(engine, server) == all_of(undisturbed, server)


def test_rows_without_a_known_key_are_refused_as_they_could_come_twice(mariadb: Server) -> None:
    engine = engine_for(mariadb.new_database())
    table = sa.table("somewhere", sa.column("name"))
    with pytest.raises(TypeError, match=r"op\.bulk_insert: somewhere"), operations(engine) as op:
        op.bulk_insert(table, [{"name": "x"}])
    engine.dispose()


def test_a_migration_that_would_lose_a_row_that_others_refer_to_is_rolled_back(
    tmp_path: Path,
) -> None:
    """While SQLite changes a table, it does not check references; so they are checked after."""
    engine = engine_for(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    fill(engine)
    before = all_of(engine, None)
    with pytest.raises(PipelineError, match="is as it was before"), migrating(engine) as connection:
        connection.execute(text("DELETE FROM stores"))
    assert all_of(engine, None) == before
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(text("DELETE FROM stores"))
    engine.dispose()


def test_only_one_process_migrates_and_one_that_waits_too_long_says_so(
    mariadb: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = mariadb.new_database()
    engine, other = engine_for(url), engine_for(url, 31)
    monkeypatch.setattr(waiting, "LONGEST_MIGRATION_S", 0)
    with migrating(engine), pytest.raises(CatalogueUnavailableError, match="another process"):
        migrate(other)
    assert migrate(other) is True
    for one in (engine, other):
        one.dispose()


@pytest.mark.parametrize("full", [2, pytest.param(200, marks=pytest.mark.repeats)])
@pytest.mark.parametrize("is_filled", [False, True], ids=["empty", "filled"])
def test_a_migration_whose_process_is_killed_is_resumed(
    engine: Engine, is_filled: bool, full: int, request: pytest.FixtureRequest
) -> None:
    """A real process and SIGKILL: the server itself notices that the connection is gone."""
    server = server_of(engine, request)
    made: list[str] = []
    with interrupted.after_each_change(engine, made.append):
        if is_filled:
            fill(engine)
            made.clear()
        migrate(engine)
    expected = all_of(engine, server)
    print(f"seed {SEED}, {len(made)} statements")
    moments = range(1, len(made) + 1)
    chosen = sorted(random.Random(SEED).sample(moments, rounds(min(full, len(made)))))
    with _killer() as killer:
        for statements in chosen:
            place = _another(engine, statements, server)
            if is_filled:
                fill(place)
            url = place.url.render_as_string(hide_password=False)
            assert killer.stdin is not None
            assert killer.stdout is not None
            killer.stdin.write(json.dumps({"url": url, "statements": statements}) + "\n")
            killer.stdin.flush()
            assert killer.stdout.readline() == "-9\n"
            assert migrate(place) is True
            assert all_of(place, server) == expected
            place.dispose()


@contextmanager
def _killer() -> Iterator[subprocess.Popen[str]]:
    command_line = [sys.executable, "-m", interrupted.__name__]
    with subprocess.Popen(
        command_line, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
    assert process.returncode == 0


def _another(engine: Engine, number: int, server: Server | None) -> Engine:
    """One more empty database."""
    if server is not None:
        return engine_for(server.new_database())
    name = f"{engine.url.database}-{number}"
    return engine_for(engine.url.set(database=name).render_as_string(hide_password=False))
