"""Connections and transactions, on whichever database the catalogue is."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import Connection, Engine, ExceptionContext, event, make_url
from sqlalchemy.exc import DBAPIError, SAWarning

from pipeline_assets.catalogue.database.dialect import WRITES, dialect_of
from pipeline_assets.catalogue.database.forks import not_in_forks
from pipeline_assets.catalogue.database.urls import shown_url, wrong_options
from pipeline_assets.errors import CatalogueUnavailableError, PipelineError

# An attribute of errors: Dagster's storage may be on the same kind of database.
OF_A_CATALOGUE = "is_of_a_catalogue"


class Lock(StrEnum):
    """What a transaction locks until it ends or its process dies.

    `CATALOGUE`: products, SKUs, prices, brands, groups and the ledger. Which SKUs are one product
    depends on all of them, so writers take turns. `ATTEMPTS`: the decision which run processes a
    file. A transaction takes at most one lock, before it does anything else.

    On SQLite, only one transaction writes at a time, so there is nothing to lock.
    """

    CATALOGUE = "catalogue"
    ATTEMPTS = "attempts"


@lru_cache(maxsize=8)
def engine_for(url: str, lock_timeout_s: float = 30) -> Engine:
    """The engine for a catalogue URL; one per process and URL, connections opened when needed.

    Raises `UsageError` for a database that no catalogue can be on, and for invalid options.
    """
    parsed = make_url(url)
    dialect = dialect_of(parsed.get_backend_name())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SAWarning)  # SQLAlchemy ignores what SQLite has not
            engine = dialect.engine(url, lock_timeout_s)
    except (SAWarning, TypeError, ValueError):
        raise wrong_options(parsed) from None
    mark_errors(engine)
    not_in_forks(engine)
    return engine


def mark_errors(engine: Engine) -> None:
    """Let every error of this engine say that it is of a catalogue."""
    event.listen(engine, "handle_error", _mark)


def _mark(context: ExceptionContext) -> None:
    if context.sqlalchemy_exception is not None:
        setattr(context.sqlalchemy_exception, OF_A_CATALOGUE, True)


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
    """A transaction that writes: all of it or nothing. A rehearsal is rolled back.

    Without a `lock`, it must touch only the caller's own rows.
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
def migrating(engine: Engine) -> Iterator[Connection]:
    """A transaction that changes the schema, while no other process does.

    On MySQL and MariaDB, each statement that changes the schema commits.
    """
    dialect = dialect_of(engine.dialect.name)
    with _connected(engine) as connection:
        writer = connection.execution_options(**WRITES)
        with dialect.migrating_alone(writer), writer.begin():
            yield writer
            if not dialect.references_are_whole(writer):
                raise PipelineError(
                    "The migration would leave rows that refer to missing ones, so it was rolled "
                    "back. The catalogue is as it was before. Please report this."
                )


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except DBAPIError as error:  # drivers raise different errors for this
        is_transient = dialect_of(engine.dialect.name).is_out_of_reach(error)
        raise CatalogueUnavailableError(
            shown_url(engine.url), str(error.orig), is_transient=is_transient
        ) from error
    except (AttributeError, TypeError, ValueError):
        if not engine.url.query:
            raise
        raise wrong_options(engine.url) from None  # the driver reads them only now
    with connection:
        yield connection
