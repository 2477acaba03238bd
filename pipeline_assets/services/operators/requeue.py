"""Gives files another try: halted ones, refused ones from quarantine, enriched ones by force."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from pipeline_assets.catalogue import attempts, enrichment
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.domain.files.attempts import WAIVER, Event, file_state
from pipeline_assets.errors import UsageError, VanishedFileError
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, Folders, Inbox, path_in
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.inbox.refused import explained, mark_requeued, refused_files
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.operators.remedies import (
    FORCED,
    is_refused_for_good,
    requeue_command,
)
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Requeued:
    """A file that will be processed again: its name in the inbox, and where it came from.

    `warning` says that it will be refused again, where that is certain.
    """

    name: str
    came_from: str
    warning: str | None = None


def requeue(pipeline: Pipeline, file: str, *, force: bool = False) -> Requeued:
    """Requeue a file: in an inbox by name; in quarantine, or enriched, by name or path.

    `force` permits a snapshot to be partial, or a file to be enriched again, once. Raises
    `UsageError` when there is no such file, or two, or one that is never processed.
    """
    name = Path(file).name
    for inbox in reversed(pipeline.inboxes):
        in_inbox = path_in(inbox.folder, name)
        if pipeline.files.is_file(in_inbox):
            pipeline.files.file_to_process(in_inbox)
            _note(pipeline, inbox, in_inbox, name, force=force)
            return Requeued(name, inbox.name)
    found = _find(pipeline, file)
    came_from = pipeline.folders.relative(found)
    if _is_archived(pipeline, found) and not force:
        raise UsageError(
            f"{came_from} was enriched before. To have its missing barcodes looked up again, run "
            f"`pipeline-assets requeue --force {found.name}`."
        )
    name, warning = _send_back(pipeline, found, force=force)
    return Requeued(name, came_from, warning)


def requeue_all_halted(pipeline: Pipeline) -> list[Requeued]:
    """Requeue every halted file of both inboxes."""
    return [one for inbox in pipeline.inboxes for one in _requeue_halted(pipeline, inbox)]


def _requeue_halted(pipeline: Pipeline, inbox: Inbox) -> list[Requeued]:
    files = pipeline.files.look(inbox.folder).files
    with reading(pipeline.engine) as connection:
        record = attempts.of_files(connection, inbox.name, [file.name for file in files])
    requeued = []
    for file in files:
        ours = [a for a in record if (a.name, a.fingerprint) == (file.name, file.fingerprint)]
        if file_state(ours).halted is not None:
            _note(pipeline, inbox, inbox.folder / file.name, file.name, force=False)
            requeued.append(Requeued(file.name, inbox.name))
    return requeued


def _note(pipeline: Pipeline, inbox: Inbox, path: PurePath, name: str, *, force: bool) -> None:
    """Record that this version of the file starts afresh; with its digest if it is forced."""
    digest = _digest(pipeline, path) if force else None
    fingerprint = _version(pipeline, path).fingerprint
    with writing(pipeline.engine) as connection:
        if digest is not None and inbox.name == BARCODE_ENRICHMENT_INBOX:
            enrichment.forget_unserved(connection, digest)
        attempts.note(
            connection,
            inbox.name,
            name,
            fingerprint,
            Event.REQUEUED,
            pipeline.clock(),
            reason=WAIVER if force else None,
            digest=digest,
        )


def _digest(pipeline: Pipeline, path: PurePath) -> str:
    return read_file(path, pipeline.read_limits, pipeline.files.opened).digest


def _version(pipeline: Pipeline, path: PurePath) -> InboxFile:
    """What is at the path now; raises `VanishedFileError` if nothing is."""
    version = pipeline.files.version(path)
    if version is None:
        raise VanishedFileError(path)
    return version


def _find(pipeline: Pipeline, file: str) -> PurePath:
    """The one file with this path, this name where it is kept or this original name.

    It is in quarantine, or else an enriched one in the archive.
    """
    folders, wanted = pipeline.folders, Path(file).name
    archived = (folders.archive / name for name in sorted(pipeline.files.names(folders.archive)))
    enriched = [one for one in archived if _is_meant(one, wanted)]
    enriched = [one for one in enriched if _was_enriched(pipeline, one)]
    found = _exactly(folders, file, enriched) or meant_in_quarantine(pipeline, file) or enriched
    if not found:
        raise UsageError(
            f"There is no {file!r} in {folders.product_inbox}, in "
            f"{folders.barcode_enrichment_inbox} or in {folders.quarantine}, and no enriched file "
            f"of that name in {folders.archive}. `pipeline-assets status` lists the files that can "
            "be requeued."
        )
    return only_one(folders, file, found)


def meant_in_quarantine(pipeline: Pipeline, file: str) -> list[PurePath]:
    """The refused files with this path, or else this name, theirs in quarantine or the first."""
    folders = pipeline.folders
    refused = refused_files(pipeline.files, folders.quarantine)
    named = [one for one in refused if _is_meant(one, Path(file).name)]
    return _exactly(folders, file, named) or named


def only_one(folders: Folders, file: str, found: Sequence[PurePath]) -> PurePath:
    """The one file found; raises `UsageError` where the name fits more than one."""
    if len(found) > 1:
        is_refused = found[0].is_relative_to(folders.quarantine)
        base = folders.quarantine if is_refused else folders.files
        places = ", ".join(str(path.relative_to(base)) for path in found)
        raise UsageError(f"{file!r} matches more than one file; name one of these: {places}")
    return found[0]


def _exactly(folders: Folders, file: str, found: Sequence[PurePath]) -> list[PurePath]:
    meant = (Path(file).absolute(), folders.quarantine / file, folders.files / file)
    return [one for one in found if one in meant or str(one) == file]


def _was_enriched(pipeline: Pipeline, archived: PurePath) -> bool:
    with reading(pipeline.engine) as connection:
        return enrichment.was_enriched(connection, pipeline.folders.relative(archived))


def _is_archived(pipeline: Pipeline, path: PurePath) -> bool:
    return path.parent == pipeline.folders.archive


def _is_meant(path: PurePath, wanted: str) -> bool:
    return path.name == wanted or path.name[filing.DIGEST_LENGTH + 1 :] == wanted


def _send_back(pipeline: Pipeline, path: PurePath, *, force: bool) -> tuple[str, str | None]:
    """Move the file back to its inbox; returns its name there, and what to warn about."""
    said = explained(pipeline.files, path)
    name = said.get("file") or path.name[filing.DIGEST_LENGTH + 1 :]
    came_from = [inbox for inbox in pipeline.inboxes if inbox.name == said.get("inbox")]
    is_enriched = _is_archived(pipeline, path)
    default = pipeline.barcode_enrichment_inbox if is_enriched else pipeline.product_inbox
    inbox = came_from[0] if came_from else default
    target = path_in(inbox.folder, name)
    file = _version(pipeline, path)
    _note(pipeline, inbox, path, target.name, force=force)
    place = pipeline.files.move(path, file, target)
    if place is None:
        raise UsageError(f"{path} changed while it was being requeued. Check it and try again.")
    mark_requeued(pipeline.files, path)
    return place.name, None if force else _warning(said.get("reason"), inbox.name, place.name)


def _warning(reason: str | None, inbox: str, name: str) -> str | None:
    """That the file will be refused again; None if its time, a setting or luck may prevent that."""
    again = f"{name} was refused as {reason} and will be refused again"
    if (reason, inbox) in FORCED:
        return f"{again}. To accept it, run: {requeue_command(name, '--force')}"
    if is_refused_for_good(reason):
        return f"{again}, as its contents are the same as before."
    return None
