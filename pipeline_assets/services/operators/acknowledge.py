"""Acknowledges refused files: they stay in quarantine, and nobody is told of them any more."""

from dataclasses import dataclass

from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.catalogue.refusals import all_refused, record_acknowledged
from pipeline_assets.domain.files.refusals import unacknowledged
from pipeline_assets.errors import UsageError
from pipeline_assets.inbox.refused import refused_files
from pipeline_assets.services.files.refusals import places_of
from pipeline_assets.services.operators.requeue import meant_in_quarantine, only_one
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A refused file that needs nothing more: where it lies, below the data folder.

    `is_new` is false for one that needed nothing before either.
    """

    place: str
    is_new: bool


def acknowledge_file(pipeline: Pipeline, file: str) -> Acknowledged:
    """Acknowledge one refused file, by its name or path in quarantine or its name in the inbox.

    Raises `UsageError` when there is no such file, or two.
    """
    found = meant_in_quarantine(pipeline, file)
    if not found:
        raise UsageError(
            f"There is no {file!r} in {pipeline.folders.quarantine}. Only a refused file can be "
            "acknowledged; `pipeline-assets status` lists them."
        )
    path = only_one(pipeline.folders, file, found)
    place = path.relative_to(pipeline.folders.quarantine).as_posix()
    return Acknowledged(pipeline.folders.relative(path), bool(_acknowledge(pipeline, {place})))


def acknowledge_all(pipeline: Pipeline) -> list[Acknowledged]:
    """Acknowledge every refused file that lies in quarantine; returns those that were not yet."""
    quarantine = pipeline.folders.quarantine
    lying = {
        path.relative_to(quarantine).as_posix()
        for path in refused_files(pipeline.files, quarantine)
    }
    places = sorted(_acknowledge(pipeline, lying))
    return [Acknowledged(pipeline.folders.relative(quarantine / one), True) for one in places]


def _acknowledge(pipeline: Pipeline, wanted: set[str]) -> set[str]:
    """Record it for the files in these places; returns the places where that was new."""
    with writing(pipeline.engine, Lock.ATTEMPTS) as connection:
        refusals = all_refused(connection)
        places = places_of(pipeline, refusals)
        found = unacknowledged(refusals, places, wanted)
        attempt_ids = [one for of_place in found.values() for one in of_place]
        record_acknowledged(connection, attempt_ids, pipeline.clock())
    return set(found)
