"""Which database errors are transient, decided here alone, and how an error is shown."""

from sqlalchemy.exc import DBAPIError

from pipeline_assets.catalogue.database.dialect import DIALECTS
from pipeline_assets.errors import CatalogueUnavailableError, PipelineError


def is_transient(error: BaseException) -> bool:
    """Whether a new try with a new connection may well succeed."""
    if isinstance(error, CatalogueUnavailableError):
        return error.is_transient
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    return any(dialect.is_transient(error) for dialect in DIALECTS.values())


def is_of_the_database(error: BaseException) -> bool:
    """Whether it is the database that complains, of a full disk say."""
    return isinstance(error, DBAPIError)


def shown_cause(error: BaseException) -> str:
    """An error in one line, without the statement and its values."""
    if isinstance(error, PipelineError):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"{type(cause).__name__}: {cause}"
