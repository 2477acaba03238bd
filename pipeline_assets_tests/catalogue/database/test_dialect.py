"""What differs between the databases, and that no other database is accepted."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from pipeline_assets.catalogue.database.dialect import DIALECTS, MYSQL, SQLITE, dialect_of
from pipeline_assets.catalogue.database.engine import engine_for, reading, writing
from pipeline_assets.catalogue.database.errors import is_transient
from pipeline_assets.errors import CatalogueUnavailableError, UsageError
from pipeline_assets.settings import Settings
from pipeline_assets_tests.commands import process
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.workplace import Workplace

ELSEWHERE = "postgresql://someone:hunter2@127.0.0.1/catalogue"
REFUSAL = (
    "CATALOGUE_URL: a catalogue cannot be on postgresql; it can be on SQLite, MySQL or MariaDB. "
    "Give an SQLAlchemy URL such as mysql+mysqlconnector://user:password@host/catalogue, or unset "
    "the variable."
)


@pytest.mark.parametrize("command", ["drain", "status", "post-process", "enrich"])
def test_an_unknown_database_is_refused_in_one_sentence_and_no_traceback(
    workplace: Workplace, command: str
) -> None:
    ran = process(workplace, command, CATALOGUE_URL=ELSEWHERE)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"error: {REFUSAL}\n"


def test_an_unknown_database_is_refused_wherever_a_url_enters() -> None:
    for enter in (lambda: engine_for(ELSEWHERE), lambda: Settings(catalogue_url=ELSEWHERE)):
        with pytest.raises(UsageError) as refused:
            enter()
        assert str(refused.value) == REFUSAL


def test_each_name_of_a_database_has_its_dialect(engine: Engine) -> None:
    assert dialect_of(engine.url.get_backend_name()) is dialect_of(engine.dialect.name)
    assert DIALECTS["sqlite"] is SQLITE
    assert DIALECTS["mysql"] is DIALECTS["mariadb"] is MYSQL


def test_a_duplicate_key_is_transient_and_a_wrong_statement_is_not(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE once (number INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO once VALUES (1)"))
    assert _is_transient(engine, "INSERT INTO once VALUES (1)")
    assert not _is_transient(engine, "INSERT INTO once VALUES (1, 2, 3)")
    assert not _is_transient(engine, "INSERT INTO nowhere VALUES (1)")


def _is_transient(engine: Engine, statement: str) -> bool:
    with pytest.raises(DBAPIError) as failed, writing(engine) as connection:
        connection.execute(text(statement))
    return is_transient(failed.value)


def test_a_lock_that_does_not_come_in_time_is_transient(engine: Engine) -> None:
    impatient = engine_for(engine.url.render_as_string(hide_password=False), 1)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE one (number INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO one VALUES (1)"))
    with writing(engine) as connection:
        connection.execute(text("UPDATE one SET number = 2"))
        with pytest.raises(DBAPIError) as failed, writing(impatient) as other:
            other.execute(text("UPDATE one SET number = 3"))
    assert is_transient(failed.value)
    impatient.dispose()


def test_a_deadlock_is_transient(mariadb: Server) -> None:
    """Only where several can write at once; on SQLite one writes and the others wait."""
    engine = engine_for(mariadb.new_database())
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE two (number INTEGER PRIMARY KEY, held INTEGER)"))
        connection.execute(text("INSERT INTO two VALUES (1, 0), (2, 0)"))
    both_hold_one = threading.Barrier(2)
    failed: list[DBAPIError] = []

    def hold_both(first: int, second: int) -> None:
        try:
            with writing(engine) as connection:
                for number in (first, second):
                    update = text("UPDATE two SET held = held + 1 WHERE number = :number")
                    connection.execute(update, {"number": number})
                    if number == first:
                        both_hold_one.wait(20)
        except DBAPIError as error:
            failed.append(error)

    other = threading.Thread(target=hold_both, args=(2, 1))
    other.start()
    hold_both(1, 2)
    other.join(20)
    (deadlock,) = failed
    assert "1213" in str(deadlock.orig)
    assert is_transient(deadlock)
    engine.dispose()


def test_only_a_server_can_be_out_of_reach(tmp_path: Path) -> None:
    assert _is_out_of_reach("mysql+mysqlconnector://root@127.0.0.1:1/catalogue")
    assert not _is_out_of_reach(f"sqlite:///{tmp_path}")  # a folder, not a file


def _is_out_of_reach(url: str) -> bool:
    with pytest.raises(CatalogueUnavailableError) as failed, reading(engine_for(url)):
        pass
    return failed.value.is_transient


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE seen (number INTEGER PRIMARY KEY)"))
    count = text("SELECT COUNT(*) FROM seen")
    with reading(engine) as reader:
        assert reader.execute(count).scalar_one() == 0
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO seen VALUES (1)"))
        assert reader.execute(count).scalar_one() == 0
    with reading(engine) as reader:
        assert reader.execute(count).scalar_one() == 1


def test_the_sql_of_the_views_says_the_same(engine: Engine) -> None:
    dialect = dialect_of(engine.dialect.name)
    price, unit_price = dialect.decimal("1995", 9, 2), dialect.decimal("16845", 16, 4)
    with reading(engine) as connection:
        row = connection.execute(
            text(f"SELECT {price}, {unit_price}, {dialect.days_ago('7')} < {dialect.days_ago('6')}")
        ).one()
    assert (float(row[0]), float(row[1]), row[2]) == (19.95, 1.6845, 1)
