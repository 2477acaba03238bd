"""Which database errors are transient (decided only here), and how an error is shown."""

from sqlalchemy.exc import DBAPIError

from pipeline_assets.catalogue.database.dialect import DIALECTS
from pipeline_assets.catalogue.database.engine import OF_A_CATALOGUE
from pipeline_assets.errors import PipelineError, UnavailableError


def is_transient(error: BaseException) -> bool:
    """Whether another try with a new connection may succeed."""
    if isinstance(error, UnavailableError):
        return error.is_transient
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    return any(dialect.is_transient(error) for dialect in DIALECTS.values())


def is_of_a_database(error: BaseException) -> bool:
    """Whether a database reports the error itself, such as a full disk."""
    return isinstance(error, DBAPIError)


def is_of_the_catalogue(error: BaseException) -> bool:
    """Whether the database that reports it is a catalogue's, not the one of Dagster's storage."""
    return is_of_a_database(error) and getattr(error, OF_A_CATALOGUE, False)


def shown_cause(error: BaseException) -> str:
    """An error on one line, without the statement and its values."""
    if isinstance(error, PipelineError):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"{type(cause).__name__}: {cause}"
