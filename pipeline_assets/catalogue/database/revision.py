"""Which schema a catalogue has, told without Alembic: its import would slow every command down."""

from enum import StrEnum

from sqlalchemy import Connection, Engine, inspect, text

from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.engine import reading

HEAD = "0019"
"""The schema that this code works with: the last of the migrations, as a test makes sure."""


class SchemaState(StrEnum):
    """How a catalogue's schema compares with the one that this code works with."""

    ABSENT = "absent"
    OLDER = "older"
    CURRENT = "current"


def schema_state(engine: Engine) -> SchemaState:
    """Whether there is a catalogue, and whether its schema is current; creates nothing.

    Raises `UsageError` when it was written by a newer version of this project.
    """
    path = dialect_of(engine.dialect.name).file(engine.url)
    if path is not None and not path.exists():
        return SchemaState.ABSENT
    with reading(engine) as connection:
        revision = stored_revision(connection)
    if revision is None:
        return SchemaState.ABSENT
    if revision == HEAD:
        return SchemaState.CURRENT
    from pipeline_assets.catalogue.database.migrate import refuse_newer

    refuse_newer(revision, engine)
    return SchemaState.OLDER


def bring_up_to_date(engine: Engine) -> None:
    """Create the catalogue or migrate it, if there is anything to do.

    Raises `UsageError` when it was written by a newer version of this project.
    """
    if schema_state(engine) is not SchemaState.CURRENT:
        from pipeline_assets.catalogue.database.migrate import migrate

        migrate(engine)


def stored_revision(connection: Connection) -> str | None:
    """The last migration that was applied; None if none was."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)
