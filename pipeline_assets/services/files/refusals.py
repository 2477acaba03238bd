"""Where refused files lie in quarantine."""

from collections.abc import Iterator, Sequence

from pipeline_assets.domain.files.refusals import Refusal
from pipeline_assets.inbox.refused import place_of
from pipeline_assets.services.pipeline import Pipeline


def places_of(pipeline: Pipeline, refusals: Sequence[Refusal]) -> dict[int, str]:
    """Where refused files lie, below quarantine, by attempt; those that have left it are left out.

    No folder is listed: each file is looked for by the name under which it was filed.
    """
    return dict(_places(pipeline, refusals))


def _places(pipeline: Pipeline, refusals: Sequence[Refusal]) -> Iterator[tuple[int, str]]:
    quarantine = pipeline.folders.quarantine
    for one in refusals:
        folder = quarantine / one.reason
        place = place_of(pipeline.files, folder, one.digest, one.name, one.fingerprint)
        if place is not None:
            yield one.attempt_id, place.relative_to(quarantine).as_posix()
