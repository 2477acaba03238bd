"""The files of one SQLite database, as a backup and a restore handle them."""

from pathlib import Path

from pipeline_assets.catalogue.copies import ENDINGS


def remove_database(file: Path) -> None:
    """Remove a database that was not finished, with the files that SQLite keeps next to it."""
    for ending in ENDINGS:
        file.with_name(file.name + ending).unlink(missing_ok=True)
