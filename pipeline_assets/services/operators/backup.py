"""Writes a catalogue that can be kept or handed on: one file, whole, while everything runs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.catalogue.copies import copy_catalogue, finish_copy
from pipeline_assets.catalogue.database.revision import SchemaState, schema_state
from pipeline_assets.errors import UsageError
from pipeline_assets.on_disk import sync_to_disk
from pipeline_assets.services.operators.database_files import remove_database
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup: where it is, its size in bytes, and the rows of its tables."""

    path: Path
    size: int
    rows: Mapping[str, int]


def back_up(pipeline: Pipeline, path: Path, *, force: bool = False) -> BackedUp:
    """Write one consistent SQLite file with all of the catalogue, and check it from end to end.

    The file appears under its name once it is whole and on disk; until then, and if anything fails,
    what was there stays. Raises `UsageError` if there is such a file and `force` is not set, and if
    there is no catalogue yet.
    """
    path = path.absolute()
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.")
    if _is_the_catalogue(path, pipeline):
        raise UsageError(f"{path} is the catalogue itself. Choose another name.")
    if os.path.lexists(path) and not (force and path.is_file()):
        raise UsageError(f"{path} is there already. Choose another name, or add --force.")
    if schema_state(pipeline.engine) is not SchemaState.CURRENT:
        raise UsageError(
            "There is no catalogue of this version to back up. Check PIPELINE_DATA_DIR and "
            "CATALOGUE_URL; `pipeline-assets prepare` creates one, or migrates an older one."
        )
    unfinished = path.with_name(f".{path.name}.tmp")
    remove_database(unfinished)  # of a process that was killed
    try:
        copy_catalogue(pipeline.engine, unfinished)
        rows = finish_copy(unfinished)
        sync_to_disk(unfinished)
        unfinished.replace(path)
        sync_to_disk(path.parent)
    finally:
        remove_database(unfinished)
    return BackedUp(path, path.stat().st_size, rows)


def _is_the_catalogue(path: Path, pipeline: Pipeline) -> bool:
    file = pipeline.settings.catalogue_file
    return file is not None and path.exists() and file.exists() and path.samefile(file)
