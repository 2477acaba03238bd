"""Puts a backup back, and sends the files that were accepted since to the product inbox again.

Until these are back, the restored catalogue carries a mark, and no file is taken: a later file of a
store would make the earlier ones stale. What was cut off is finished by the same command.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline_assets import stopping
from pipeline_assets.catalogue import attempts, ledger
from pipeline_assets.catalogue.copies import ENDINGS, opened_copy
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.database.errors import is_of_a_database
from pipeline_assets.catalogue.database.revision import SchemaState, schema_state
from pipeline_assets.catalogue.restoring import (
    has_content,
    keep_database,
    overwrite_database,
    stage_backup,
)
from pipeline_assets.catalogue.unfinished_restore import mark_finished, mark_unfinished
from pipeline_assets.errors import CatalogueBusyError, PipelineError, UsageError
from pipeline_assets.inbox.dating import DatedFile
from pipeline_assets.on_disk import sync_to_disk
from pipeline_assets.services.files.lacking import Lacking, lacking_files, send_back
from pipeline_assets.services.files.liveness import is_dead
from pipeline_assets.services.operators.database_files import remove_database
from pipeline_assets.services.pipeline import Pipeline

ActiveRuns = Callable[[], Sequence[str]]
"""Names Dagster's runs that are queued or at work."""


@dataclass(frozen=True, slots=True)
class SentBack:
    """A file that was accepted and that the restored ledger lacks; `name` is its inbox name."""

    name: str
    company: str
    store_id: str
    scraped_at: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, or would do.

    `kept`: where the catalogue is that was there before; None if there was nothing in it. `left`:
    archived files that the ledger lacks and that are no snapshots to ingest again, by name.
    """

    rows: dict[str, int]
    kept: Path | None
    sent_back: Sequence[SentBack]
    left: Sequence[str]


def restore(
    pipeline: Pipeline,
    backup: Path,
    active_runs: ActiveRuns,
    *,
    force: bool = False,
    is_dry_run: bool = False,
) -> Restored:
    """Put a backup in the place of the catalogue, on SQLite, and send later files back.

    The backup is checked first and stays as it is; the present catalogue is kept beside the new
    one. Raises `UsageError` for a file that is no sound backup of this or an older version, and if
    there is a catalogue with content and `force` is not set; `CatalogueBusyError` while runs or
    attempts are at work.
    """
    file = _file_to_restore(pipeline, backup)
    is_filled = has_content(file)
    if is_filled and not (force or is_dry_run):
        raise UsageError(
            f"{file} is a catalogue with content. To replace it, add --force: it is kept next to "
            "the restored one."
        )
    _refuse_while_active(pipeline, active_runs, file)
    staged = _staged_place(file)
    remove_database(staged)  # of a process that was killed
    try:
        rows = stage_backup(backup.absolute(), staged)
        stopping.check()
        if is_dry_run:
            return _rehearsed(pipeline, staged, rows, _kept_place(pipeline, file, is_filled))
        sync_to_disk(staged)
        kept, is_sound = _keep(pipeline, file) if is_filled else (None, False)
        stopping.check()
        _refuse_while_active(pipeline, active_runs, file)
        pipeline.engine.dispose()
        timeout_s = pipeline.settings.lock_timeout_s
        with stopping.finishing():
            overwrite_database(staged, file, timeout_s, is_sound=is_sound)
        sync_to_disk(file.parent)
    finally:
        remove_database(staged)
    sent, left = finish_restore(pipeline)
    return Restored(rows, kept, sent, left)


def send_back_lacking(
    pipeline: Pipeline, active_runs: ActiveRuns
) -> tuple[Sequence[SentBack], Sequence[str]]:
    """Finish a restore that was cut off, or the loading of a dump on a server."""
    pipeline.prepare()
    active = [*active_runs(), *_attempts_at_work(pipeline)]
    if active:
        raise CatalogueBusyError(active)
    file = pipeline.settings.catalogue_file
    if file is not None:
        for unfinished in (_staged_place(file), _kept_aside(file)):
            remove_database(unfinished)  # of a process that was killed
    return finish_restore(pipeline)


def finish_restore(pipeline: Pipeline) -> tuple[Sequence[SentBack], Sequence[str]]:
    """Send the archived files that the ledger lacks to the product inbox, in date order.

    Again and again without harm: what was sent is not in the archive any more. Returns the files
    and what stays in the archive though the ledger lacks it.
    """
    pipeline.prepare()
    with writing(pipeline.engine) as connection:
        mark_unfinished(connection, "")
    lacking = _lacking(pipeline)
    sent = []
    for one in lacking.snapshots:
        stopping.check()
        name = send_back(pipeline, one)
        if name is not None:
            sent.append(_as_sent(one, name))
    with writing(pipeline.engine) as connection:
        mark_finished(connection)
    return sent, [path.name for path in lacking.left]


def files_to_send_back(pipeline: Pipeline) -> tuple[Sequence[SentBack], Sequence[str]]:
    """What `finish_restore` would send and leave; changes nothing."""
    if schema_state(pipeline.engine) is not SchemaState.CURRENT:
        raise UsageError("There is no catalogue of this version. Run `pipeline-assets prepare`.")
    lacking = _lacking(pipeline)
    sent = [_as_sent(one, one.path.name) for one in lacking.snapshots]
    return sent, [path.name for path in lacking.left]


def _lacking(pipeline: Pipeline) -> Lacking:
    with reading(pipeline.engine) as connection:
        known = ledger.handled_digests(connection)
    return lacking_files(pipeline, known)


def _as_sent(file: DatedFile, name: str) -> SentBack:
    assert file.store is not None
    assert file.scraped_at is not None
    return SentBack(name, *file.store, file.scraped_at)


def _file_to_restore(pipeline: Pipeline, backup: Path) -> Path:
    file = pipeline.settings.catalogue_file
    if file is None:
        raise UsageError(
            "The catalogue is on a server, and a backup can be put back on SQLite only. "
            "docs/backups.md shows how a dump of MySQL or MariaDB is loaded; then run "
            "`pipeline-assets restore --send-back`."
        )
    if str(file).startswith("file:"):
        raise UsageError("CATALOGUE_URL: to restore, give the catalogue's path, and no file: URI.")
    if not backup.is_file():
        raise UsageError(f"There is no file {backup}.")
    if file.exists() and backup.samefile(file):
        raise UsageError(f"{backup} is the catalogue itself.")
    return file


def _staged_place(file: Path) -> Path:
    return file.with_name(f".{file.name}.restoring")


def _kept_aside(file: Path) -> Path:
    return file.with_name(f".{file.name}.keeping")


def _refuse_while_active(pipeline: Pipeline, active_runs: ActiveRuns, file: Path) -> None:
    active = [*active_runs(), *_open_attempts(pipeline, file)]
    if active:
        raise CatalogueBusyError(active)


def _open_attempts(pipeline: Pipeline, file: Path) -> list[str]:
    """The files that a living process is working on."""
    return _attempts_at_work(pipeline) if has_content(file) and _is_current(pipeline) else []


def _attempts_at_work(pipeline: Pipeline) -> list[str]:
    now = pipeline.clock()
    with reading(pipeline.engine) as connection:
        return [
            f"{inbox.name}/{attempt.name}"
            for inbox in pipeline.inboxes
            for attempt in attempts.started(connection, inbox.name)
            if not is_dead(attempt, inbox, now)
        ]


def _is_current(pipeline: Pipeline) -> bool:
    """False for a catalogue that is older, newer or damaged: nothing of this version is at work."""
    try:
        return schema_state(pipeline.engine) is SchemaState.CURRENT
    except Exception as error:
        if isinstance(error, PipelineError) or is_of_a_database(error):
            return False
        raise


def _kept_place(pipeline: Pipeline, file: Path, is_filled: bool) -> Path | None:
    if not is_filled:
        return None
    now = pipeline.clock().strftime("%Y-%m-%dT%H-%M-%S")
    places = [file.with_name(f"{file.stem}.before-restore-{now}{file.suffix}")]
    places += [places[0].with_stem(f"{places[0].stem}-{number}") for number in range(2, 100)]
    return next(place for place in places if not place.exists())


def _keep(pipeline: Pipeline, file: Path) -> tuple[Path, bool]:
    """Copy the present catalogue; returns where, and whether it could be read."""
    kept = _kept_place(pipeline, file, True)
    assert kept is not None
    unfinished = _kept_aside(file)
    remove_database(unfinished)
    is_sound = keep_database(file, unfinished)
    sync_to_disk(unfinished)
    for ending in ENDINGS:
        part = unfinished.with_name(unfinished.name + ending)
        if part.exists():
            part.replace(kept.with_name(kept.name + ending))
    sync_to_disk(kept.parent)
    return kept, is_sound


def _rehearsed(
    pipeline: Pipeline, staged: Path, rows: dict[str, int], kept: Path | None
) -> Restored:
    with opened_copy(staged) as engine, reading(engine) as connection:
        known = ledger.handled_digests(connection)
    lacking = lacking_files(pipeline, known)
    sent = [_as_sent(one, one.path.name) for one in lacking.snapshots]
    return Restored(rows, kept, sent, [path.name for path in lacking.left])
