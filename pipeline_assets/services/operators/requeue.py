"""Gives files another try: halted ones, and refused ones from quarantine."""

from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.domain.files.attempts import WAIVER, Event, file_state
from pipeline_assets.errors import UsageError
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import PRODUCT_INBOX, Inbox, path_in
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.inbox.refused import explained, mark_requeued, refused_files
from pipeline_assets.inbox.scanning import InboxFile, file_to_process, look
from pipeline_assets.services.pipeline import Pipeline

# What `force` permits, as (reason, inbox).
_FORCED = {("partial", PRODUCT_INBOX)}


@dataclass(frozen=True, slots=True)
class Requeued:
    """A file that will be processed again: its name in the inbox, and where it came from.

    `warning` says that it will be refused again, where that is certain.
    """

    name: str
    came_from: str
    warning: str | None = None


def requeue(pipeline: Pipeline, file: str, *, force: bool = False) -> Requeued:
    """Requeue a file: one in an inbox by name, one in quarantine by name or path.

    `force` permits the snapshot to be partial, once. Raises `UsageError` when there is no such
    file, or two, or one that is never processed.
    """
    name = Path(file).name
    for inbox in reversed(pipeline.inboxes):
        in_inbox = path_in(inbox.folder, name)
        if in_inbox.is_file() and not in_inbox.is_symlink():
            file_to_process(in_inbox)
            _note(pipeline, inbox, in_inbox, name, force=force)
            return Requeued(name, inbox.name)
    quarantined = _find_in_quarantine(pipeline, file)
    came_from = pipeline.folders.relative(quarantined)
    name, warning = _send_back(pipeline, quarantined, force=force)
    return Requeued(name, came_from, warning)


def requeue_all_halted(pipeline: Pipeline) -> list[Requeued]:
    """Requeue every halted file of both inboxes."""
    return [one for inbox in pipeline.inboxes for one in _requeue_halted(pipeline, inbox)]


def _requeue_halted(pipeline: Pipeline, inbox: Inbox) -> list[Requeued]:
    files = look(inbox.folder).files
    with reading(pipeline.engine) as connection:
        record = attempts.of_files(connection, inbox.name, [file.name for file in files])
    requeued = []
    for file in files:
        ours = [a for a in record if (a.name, a.fingerprint) == (file.name, file.fingerprint)]
        if file_state(ours).halted is not None:
            _note(pipeline, inbox, inbox.folder / file.name, file.name, force=False)
            requeued.append(Requeued(file.name, inbox.name))
    return requeued


def _note(pipeline: Pipeline, inbox: Inbox, path: Path, name: str, *, force: bool) -> None:
    """Record that this version of the file starts afresh; with its digest if it is forced."""
    digest = read_file(path, pipeline.read_limits).digest if force else None
    fingerprint = InboxFile.from_stat(name, path.lstat()).fingerprint
    with writing(pipeline.engine) as connection:
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


def _find_in_quarantine(pipeline: Pipeline, file: str) -> Path:
    """The one quarantined file with this path, this name in quarantine or this original name."""
    quarantine = pipeline.folders.quarantine
    wanted = Path(file).name
    found = [path for path in refused_files(quarantine) if _is_meant(path, wanted)]
    exact = [path for path in found if path in (Path(file).absolute(), quarantine / file)]
    found = exact or found
    if not found:
        raise UsageError(
            f"There is no {file!r} in {pipeline.folders.product_inbox}, in "
            f"{pipeline.folders.barcode_enrichment_inbox} or in {quarantine}. "
            "`pipeline-assets status` lists the files that can be requeued."
        )
    if len(found) > 1:
        places = ", ".join(str(path.relative_to(quarantine)) for path in found)
        raise UsageError(f"{file!r} matches more than one file; name one of these: {places}")
    return found[0]


def _is_meant(path: Path, wanted: str) -> bool:
    return path.name == wanted or path.name[filing.DIGEST_LENGTH + 1 :] == wanted


def _send_back(pipeline: Pipeline, path: Path, *, force: bool) -> tuple[str, str | None]:
    """Move the file back to its inbox; returns its name there, and what to warn about."""
    said = explained(path)
    name = said.get("file") or path.name[filing.DIGEST_LENGTH + 1 :]
    came_from = [inbox for inbox in pipeline.inboxes if inbox.name == said.get("inbox")]
    inbox = came_from[0] if came_from else pipeline.product_inbox
    target = path_in(inbox.folder, name)
    file = InboxFile.from_stat(path.name, path.lstat())
    _note(pipeline, inbox, path, target.name, force=force)
    place = filing.move(path, file, target)
    if place is None:
        raise UsageError(f"{path} changed while it was being requeued. Check it and try again.")
    mark_requeued(path)
    return place.name, None if force else _warning(said.get("reason"), inbox.name, place.name)


def _warning(reason: str | None, inbox: str, name: str) -> str | None:
    """That the file will be refused again; None if its time, a setting or luck may prevent that."""
    again = f"{name} was refused as {reason} and will be refused again"
    if (reason, inbox) in _FORCED:
        return f"{again}. To accept it, run: pipeline-assets requeue --force {name}"
    if reason in ("duplicate", "stale", "no_metadata", "no_products"):
        return f"{again}, as its contents are the same as before."
    return None
