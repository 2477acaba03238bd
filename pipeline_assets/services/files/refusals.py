"""Where refused files lie in quarantine."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline_assets.domain.files.refusals import Refusal
from pipeline_assets.inbox.folders import Folders
from pipeline_assets.inbox.refused import place_of


def places_of(folders: Folders, refusals: Sequence[Refusal]) -> dict[int, str]:
    """Where refused files lie, below quarantine, by attempt; those that have left it are left out.

    No folder is listed: each file is looked for by the name under which it was filed.
    """
    return dict(_places(folders.quarantine, refusals))


def _places(quarantine: Path, refusals: Sequence[Refusal]) -> Iterator[tuple[int, str]]:
    for one in refusals:
        place = place_of(quarantine / one.reason, one.digest, one.name, one.fingerprint)
        if place is not None:
            yield one.attempt_id, place.relative_to(quarantine).as_posix()
