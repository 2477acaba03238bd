"""The settings that views use: views cannot read the environment, so the catalogue keeps them."""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, insert, select, update

from pipeline_assets.catalogue.database.engine import Lock, reading, writing
from pipeline_assets.catalogue.schema import catalogue_settings


def keep_settings(engine: Engine, wanted: Mapping[str, str]) -> None:
    """Store these settings, name → value; writes only where one differs."""
    with reading(engine) as connection:
        if _differing(connection, wanted) == {}:
            return
    with writing(engine, Lock.CATALOGUE) as connection:
        known = _kept(connection).keys()
        for name, value in _differing(connection, wanted).items():
            if name in known:
                of_name = catalogue_settings.c.name == name
                connection.execute(update(catalogue_settings).where(of_name).values(value=value))
            else:
                connection.execute(insert(catalogue_settings).values(name=name, value=value))


def _differing(connection: Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    kept = _kept(connection)
    return {name: value for name, value in wanted.items() if kept.get(name) != value}


def _kept(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(catalogue_settings.c.name, catalogue_settings.c.value))
    return {row[0]: row[1] for row in rows}
