"""Publishes the catalogue as it is at one moment: a whole new set, or nothing if it is the same."""

from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.publishing.sets import PublishedSet, SetFolder
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.publishing.object_copy import copy_latest
from pipeline_assets.services.publishing.source import source_of


@dataclass(frozen=True, slots=True)
class Publication:
    """The latest set, where it is, and whether its files were written just now."""

    latest: PublishedSet
    path: Path
    is_written: bool


def publish(pipeline: Pipeline) -> Publication:
    """Write a set and make it the latest, unless the latest shows the catalogue as it is.

    All of its files show the catalogue at one moment. One process publishes at a time, the others
    wait. Whenever it ends, the latest set is a complete one. An object store gets a copy of
    it.
    """
    folder = pipeline.folders.published
    folder.mkdir(parents=True, exist_ok=True)
    sets = SetFolder(folder)
    with sets.alone(), reading(pipeline.engine) as connection:
        source = source_of(connection, pipeline)
        latest = sets.latest()
        if latest is not None and latest.source == source:
            copy_latest(pipeline, latest)
            return Publication(latest, sets.path(latest), is_written=False)
        # Imported here, as it takes long and most often nothing is to be written.
        from pipeline_assets.services.publishing.write_set import write_set

        with sets.unfinished() as place:
            rows = write_set(connection, place, with_csv=pipeline.settings.publish_csv)
            made = sets.keep(place, source, rows)
        copy_latest(pipeline, made)
    is_new = latest is None or latest.name != made.name
    return Publication(made, sets.path(made), is_written=is_new)
