"""Connections and transactions, on whichever database the catalogue is."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError

from pipeline_assets.catalogue.database.dialect import WRITES, dialect_of
from pipeline_assets.errors import CatalogueUnavailableError


class Lock(StrEnum):
    """What a transaction keeps others out of, until it ends or its process dies.

    `CATALOGUE`: products, SKUs, prices, brands, groups and the ledger. Which SKUs are one product
    depends on all of them, so that whoever writes them takes turns. `ATTEMPTS`: the decision whose
    file is whose. A transaction takes one of them at most, and first of all.

    On SQLite every transaction that writes keeps out every other; there is nothing to lock.
    """

    CATALOGUE = "catalogue"
    ATTEMPTS = "attempts"


@lru_cache(maxsize=8)
def engine_for(url: str, lock_timeout_s: float = 30) -> Engine:
    """The engine of a catalogue URL; one per process and URL, connections opened when needed.

    Raises `UsageError` for a database that no catalogue can be on.
    """
    return dialect_of(make_url(url).get_backend_name()).engine(url, lock_timeout_s)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: one consistent view of the catalogue."""
    with _connected(engine) as connection:
        reader = connection.execution_options(**dialect_of(engine.dialect.name).reads)
        with reader.begin():
            yield reader


@contextmanager
def writing(
    engine: Engine, lock: Lock | None = None, *, is_rehearsal: bool = False
) -> Iterator[Connection]:
    """A transaction that writes: all of it or nothing; a rehearsal ends with nothing.

    Without a `lock` it is one that touches only rows that are the caller's own.
    """
    with _connected(engine) as connection:
        writer = connection.execution_options(**WRITES)
        with writer.begin() as transaction:
            if lock is not None:
                dialect_of(engine.dialect.name).hold(writer, lock.value)
            yield writer
            if is_rehearsal:
                transaction.rollback()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except DBAPIError as error:  # drivers differ in which of their errors this is
        shown = engine.url.render_as_string(hide_password=True)
        is_transient = dialect_of(engine.dialect.name).is_out_of_reach(error)
        raise CatalogueUnavailableError(
            shown, str(error.orig), is_transient=is_transient
        ) from error
    with connection:
        yield connection
