"""Which database errors are transient, decided here alone; by number, as texts differ."""

from sqlalchemy.exc import DBAPIError

from pipeline_assets.errors import CatalogueUnavailableError, PipelineError

DUPLICATE_KEY = 1062
LOCK_TIMEOUT = 1205
DEADLOCK = 1213
# The connection went away, the server is going down or was told to stop this one.
CONNECTION_LOST = frozenset({1053, 1317, 1927, 2006, 2013, 2055, 4031})
# No server answers, or it takes no more connections: waiting may help.
OUT_OF_REACH = CONNECTION_LOST | {1040, 1203, 2002, 2003, 2005}
_TRANSIENT = CONNECTION_LOST | {DUPLICATE_KEY, LOCK_TIMEOUT, DEADLOCK}
_SQLITE_TRANSIENT = ("UNIQUE constraint failed", "database is locked", "database table is locked")


def is_transient(error: BaseException) -> bool:
    """Whether a new try with a new connection may well succeed."""
    if isinstance(error, CatalogueUnavailableError):
        return error.is_transient
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or error_number(error) in _TRANSIENT:
        return True
    return str(error.orig).startswith(_SQLITE_TRANSIENT)


def is_of_the_database(error: BaseException) -> bool:
    """Whether it is the database that complains, of a full disk say."""
    return isinstance(error, DBAPIError)


def error_number(error: DBAPIError) -> int | None:
    """The server's own number of a database error."""
    number = getattr(error.orig, "errno", None)
    if number is None and error.orig is not None and error.orig.args:
        number = error.orig.args[0]
    return number if isinstance(number, int) else None


def shown_cause(error: BaseException) -> str:
    """An error in one line, without the statement and its values."""
    if isinstance(error, PipelineError):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"{type(cause).__name__}: {cause}"
