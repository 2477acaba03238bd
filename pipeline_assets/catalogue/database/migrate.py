"""Brings a catalogue to the schema that this code works with."""

from pathlib import Path

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from pipeline_assets.catalogue import product_views, suggestion_views, views
from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.engine import migrating, reading
from pipeline_assets.catalogue.database.revision import HEAD, stored_revision
from pipeline_assets.catalogue.database.urls import shown_url
from pipeline_assets.errors import UsageError

VIEWS = {
    "store_prices": views.store_prices,
    "estimated_prices": views.estimated_prices,
    "price_changes": views.price_changes,
    "product_prices": product_views.product_prices,
    "cheapest_per_unit": product_views.cheapest_per_unit,
    "match_suggestions": suggestion_views.match_suggestions,
    "comparable_products": suggestion_views.comparable_products,
    "stores_to_scrape": views.stores_to_scrape,
}


def migrate(engine: Engine) -> bool:
    """Apply missing migrations; True when there were any. Safe to call repeatedly.

    Raises `UsageError` when the catalogue was written by a newer version of this project.
    """
    path = dialect_of(engine.dialect.name).file(engine.url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    with reading(engine) as connection:
        if stored_revision(connection) == HEAD:
            return False
    with migrating(engine) as connection:
        revision = stored_revision(connection)
        if revision == HEAD:
            return False
        refuse_newer(revision, engine)
        _upgrade(connection, ScriptDirectory.from_config(alembic_config()))
    return True


def refuse_newer(revision: str | None, engine: Engine) -> None:
    """Raise `UsageError` for a revision that this version does not know."""
    scripts = ScriptDirectory.from_config(alembic_config())
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        shown = shown_url(engine.url)
        raise UsageError(
            f"The catalogue at {shown} has schema revision {revision}, which this version does not "
            "know: it was written by a newer version. Upgrade pipeline-assets."
        )


def alembic_config() -> Config:
    """Where Alembic finds the migrations; the connection goes into its `attributes`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return config


def _upgrade(connection: Connection, scripts: ScriptDirectory) -> None:
    """Apply the missing revisions; each can be run again from any point within it.

    The last one is noted only once the views are there, as this is what tells that nothing is left.
    """
    missing = list(scripts.iterate_revisions("head", stored_revision(connection) or "base"))
    context = MigrationContext.configure(connection, opts={"transactional_ddl": False})
    dialect_of(connection.dialect.name).let_migration_resume(context)
    with Operations.context(context):
        for script in reversed(missing):
            script.module.upgrade()
            if script.revision == HEAD:
                _create_views(connection)
            context.stamp(scripts, script.revision)


def _create_views(connection: Connection) -> None:
    # Views hold no data, so they are recreated from their current text instead of being migrated.
    dialect = dialect_of(connection.dialect.name)
    for name, query in VIEWS.items():
        for statement in dialect.new_view(name, query(dialect)):
            connection.execute(text(statement))
