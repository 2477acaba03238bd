"""Brings a catalogue to the schema that this code works with."""

from enum import StrEnum
from pathlib import Path

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from pipeline_assets.catalogue import views
from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.engine import migrating, reading
from pipeline_assets.catalogue.database.urls import shown_url
from pipeline_assets.errors import UsageError

VIEWS = {
    "store_prices": views.store_prices,
    "estimated_prices": views.estimated_prices,
    "stores_to_scrape": views.stores_to_scrape,
}


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
    config = alembic_config()
    with reading(engine) as connection:
        revision = _revision(connection)
    _refuse_newer(config, revision, engine)
    if revision is None:
        return SchemaState.ABSENT
    head = ScriptDirectory.from_config(config).get_current_head()
    return SchemaState.CURRENT if revision == head else SchemaState.OLDER


def migrate(engine: Engine) -> bool:
    """Apply missing migrations; True when there were any. Safe to call repeatedly.

    Raises `UsageError` when the catalogue was written by a newer version of this project.
    """
    path = dialect_of(engine.dialect.name).file(engine.url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    config = alembic_config()
    head = ScriptDirectory.from_config(config).get_current_head()
    with reading(engine) as connection:
        if _revision(connection) == head:
            return False
    with migrating(engine) as connection:
        if _revision(connection) == head:
            return False
        _refuse_newer(config, _revision(connection), engine)
        _upgrade(connection, ScriptDirectory.from_config(config))
    return True


def alembic_config() -> Config:
    """Where Alembic finds the migrations; the connection goes into its `attributes`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return config


def _upgrade(connection: Connection, scripts: ScriptDirectory) -> None:
    """Apply the missing revisions; each can be run again from any point within it.

    The last one is noted only once the views are there, as this is what tells that nothing is left.
    """
    head = scripts.get_current_head()
    missing = list(scripts.iterate_revisions("head", _revision(connection) or "base"))
    context = MigrationContext.configure(connection, opts={"transactional_ddl": False})
    dialect_of(connection.dialect.name).let_migration_resume(context)
    with Operations.context(context):
        for script in reversed(missing):
            script.module.upgrade()
            if script.revision == head:
                _create_views(connection)
            context.stamp(scripts, script.revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(config: Config, revision: str | None, engine: Engine) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        shown = shown_url(engine.url)
        raise UsageError(
            f"The catalogue at {shown} has schema revision {revision}, which this version does not "
            "know: it was written by a newer version. Upgrade pipeline-assets."
        )


def _create_views(connection: Connection) -> None:
    # Views hold no data, so they are recreated from their current text instead of being migrated.
    dialect = dialect_of(connection.dialect.name)
    for name, query in VIEWS.items():
        for statement in dialect.new_view(name, query(dialect)):
            connection.execute(text(statement))
