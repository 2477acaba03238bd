"""Connections that can only read, for those who ask: nothing is created, migrated or changed."""

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.engine import mark_errors
from pipeline_assets.catalogue.database.forks import not_in_forks
from pipeline_assets.catalogue.database.revision import SchemaState, schema_state
from pipeline_assets.catalogue.database.urls import shown_url
from pipeline_assets.errors import NoCatalogueError


def read_only_engine(url: str | URL, lock_timeout_s: float = 30) -> Engine:
    """A new engine for the catalogue at this URL, whose connections cannot write.

    Raises `UsageError` for a database that no catalogue can be on.
    """
    parsed = make_url(url)
    dialect = dialect_of(parsed.get_backend_name())
    file = dialect.file(parsed)
    if file is None or str(file).startswith("file:"):
        engine = dialect.engine(parsed.render_as_string(hide_password=False), lock_timeout_s)
        event.listen(engine, "connect", partial(_refuse_writes, dialect.read_only))
    else:
        engine = create_engine(parsed, creator=partial(_open_file, file.absolute(), lock_timeout_s))
        event.listen(engine, "begin", _begin)
    mark_errors(engine)
    not_in_forks(engine)
    return engine


def catalogue_to_ask(url: str | URL, lock_timeout_s: float = 30) -> Engine:
    """A read-only engine for a catalogue that has the schema of this version.

    Raises `NoCatalogueError` where there is none or an older one, and `UsageError` for a newer one.
    """
    engine = read_only_engine(url, lock_timeout_s)
    state = schema_state(engine)
    if state is not SchemaState.CURRENT:
        engine.dispose()
        raise NoCatalogueError(shown_url(make_url(url)), is_older=state is SchemaState.OLDER)
    return engine


def _open_file(file: Path, timeout_s: float) -> sqlite3.Connection:
    """The file as it is: opened by this URL it is neither created nor written to."""
    connection = sqlite3.connect(
        f"file:{quote(str(file))}?mode=ro", uri=True, timeout=timeout_s, check_same_thread=False
    )
    connection.isolation_level = None  # the begin event starts each transaction
    return connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
    connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1")  # from now on, one moment


def _refuse_writes(statement: str, connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
