"""A mark in a catalogue that is being restored: files wait until those since the backup are back.

Without it, a later file of a store could come first, and would make the earlier ones stale.
"""

from sqlalchemy import Connection, delete, insert, select

from pipeline_assets.catalogue.schema import catalogue_settings

_NAME = "unfinished_restore"
_OURS = catalogue_settings.c.name == _NAME


def mark_unfinished(connection: Connection, backup: str) -> None:
    """Note that this catalogue was restored from `backup`, and that its files are not back yet."""
    connection.execute(delete(catalogue_settings).where(_OURS))
    connection.execute(insert(catalogue_settings).values(name=_NAME, value=backup[-255:]))


def unfinished_restore(connection: Connection) -> str | None:
    """The backup from which the catalogue was restored, if that was never finished."""
    return connection.execute(select(catalogue_settings.c.value).where(_OURS)).scalar_one_or_none()


def mark_finished(connection: Connection) -> None:
    """Note that the files are back."""
    connection.execute(delete(catalogue_settings).where(_OURS))
