"""Moves old archived files, and their rejects, to a folder at another place.

A file is copied, compared by digest and recorded there, and only then removed here. None is deleted
without its equal at the other place; what a killed process left in both is found by its name.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.retention import archive as catalogue
from pipeline_assets.errors import PipelineError, UsageError
from pipeline_assets.folder_lock import alone_in
from pipeline_assets.inbox.archive import archived_names
from pipeline_assets.on_disk import sha256_of, sync_to_disk
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.retention.part import RetentionPart, switched_off
from pipeline_assets.services.retention.time_limit import TimeLimit

_NAME = "archive"
_AT_ONCE = 100
_REJECTS = ".rejects.jsonl"


@dataclass(slots=True)
class _Moved:
    files: int = 0
    size: int = 0


def move_old_archive(
    pipeline: Pipeline, limit: TimeLimit, *, is_rehearsal: bool = False
) -> RetentionPart:
    """Move what was archived long ago. Raises `UsageError` for a folder in the data folder."""
    place = pipeline.settings.moved_archive_path
    if place is None:
        return switched_off(_NAME, "move_archive_to")
    if pipeline.folders.remote is not None:
        return RetentionPart(
            _NAME, "The archive is in an object store, whose own rules move files."
        )
    data = pipeline.folders.data.resolve()
    if place.is_relative_to(data) or data.is_relative_to(place):
        raise UsageError(
            f"PIPELINE_MOVE_ARCHIVE_TO: {place} is in the data folder {data}, or holds it. Name a "
            "folder at another place."
        )
    moved = _Moved()
    if is_rehearsal:
        for files in _old_files(pipeline, limit):
            moved.files += len(files)
        return RetentionPart(_NAME, figures={"archive_files_moved": moved.files})
    target = place / "archive"
    target.mkdir(parents=True, exist_ok=True)
    (place / "rejects").mkdir(exist_ok=True)
    with alone_in(target):
        _finish(pipeline, place)
        for files in _old_files(pipeline, limit):
            _move(pipeline, place, files, moved)
    figures = {"archive_files_moved": moved.files, "archive_bytes_moved": moved.size}
    return RetentionPart(_NAME, None, figures, is_cut_short=limit.is_over)


def _old_files(pipeline: Pipeline, limit: TimeLimit) -> Iterator[Sequence[tuple[int, str]]]:
    """Batches of files that the ledger has in the archive for long: id and place."""
    before = pipeline.clock() - timedelta(days=pipeline.settings.move_archive_days)
    folder = pipeline.folders.relative(pipeline.folders.archive)
    after_id = 0
    while not limit.is_over:
        with reading(pipeline.engine) as connection:
            files = catalogue.archived_before(connection, folder, before, after_id, _AT_ONCE)
        if not files:
            return
        yield files
        after_id = files[-1][0]


def _move(pipeline: Pipeline, place: Path, files: Sequence[tuple[int, str]], moved: _Moved) -> None:
    """Copy all of a batch, record it, and then remove what is here."""
    here = {file_id: pipeline.folders.data / path for file_id, path in files}
    # One that is missing is what check `archive_is_complete` tells of.
    found = {file_id: path for file_id, path in here.items() if path.is_file()}
    there = {file_id: place / "archive" / path.name for file_id, path in found.items()}
    for file_id, path in found.items():
        _copy(path, there[file_id])
        rejects = _rejects_of(pipeline, path.name)
        if rejects.is_file():
            _copy(rejects, place / "rejects" / rejects.name)
    for folder in (place / "archive", place / "rejects"):
        sync_to_disk(folder)
    with writing(pipeline.engine) as connection:
        catalogue.record_places(connection, {one: str(path) for one, path in there.items()})
    for path in found.values():
        moved.files += 1
        moved.size += path.stat().st_size
        _remove(pipeline, place, path)


def _finish(pipeline: Pipeline, place: Path) -> None:
    """Remove what is recorded at the other place and still here: a process was killed."""
    archive = Path(pipeline.folders.archive)
    names = sorted(archived_names(archive))
    there = {str(place / "archive" / name): name for name in names}
    with reading(pipeline.engine) as connection:
        known = catalogue.places_known(connection, there)
    for path in sorted(known):
        _remove(pipeline, place, archive / there[path])


def _remove(pipeline: Pipeline, place: Path, path: Path) -> None:
    """Remove a file and its rejects here, as they are at the other place."""
    rejects = _rejects_of(pipeline, path.name)
    for here, folder in ((rejects, "rejects"), (path, "archive")):
        if here.is_file():
            _refuse_unless_equal(here, place / folder / here.name)
            here.unlink()


def _rejects_of(pipeline: Pipeline, name: str) -> Path:
    return Path(pipeline.folders.rejects) / f"{name}{_REJECTS}"


def _copy(source: Path, target: Path) -> None:
    """Have a copy on disk that is equal; a file that is there is never overwritten."""
    if not target.exists():
        unfinished = target.with_name(f".{target.name}.tmp")
        shutil.copy2(source, unfinished)
        sync_to_disk(unfinished)
        unfinished.rename(target)
    _refuse_unless_equal(source, target)


def _refuse_unless_equal(source: Path, target: Path) -> None:
    if not target.is_file() or sha256_of(source) != sha256_of(target):
        raise PipelineError(
            f"{target} is not equal to {source}. Nothing was removed. If it is another file, move "
            "it away; if it is a broken copy, delete it; then run retention again."
        )
