"""Operators give files another try: halted ones, and refused ones out of quarantine."""

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.engine import writing
from pipeline_assets.errors import UsageError
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import PRODUCT, path_in
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.inbox.scanning import InboxFile, look
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Requeued:
    """A file that will be taken again: its name in the inbox, and where it came from."""

    name: str
    came_from: str


def requeue(pipeline: Pipeline, file: str, *, force: bool = False) -> Requeued:
    """Have a file taken again: one of the inbox by name, one of the quarantine by name or path.

    `force` permits the snapshot to be partial, once. Raises `UsageError` when there is no such
    file, or two.
    """
    name = Path(file).name
    in_inbox = path_in(pipeline.folders.product_inbox, name)
    if in_inbox.is_file() and not in_inbox.is_symlink():
        _note(pipeline, in_inbox, name, force=force)
        return Requeued(name, PRODUCT)
    quarantined = _find_in_quarantine(pipeline, file)
    came_from = pipeline.folders.relative(quarantined)
    return Requeued(_send_back(pipeline, quarantined, force=force), came_from)


def requeue_all_halted(pipeline: Pipeline) -> list[Requeued]:
    """Have every halted file of the product inbox taken again."""
    inbox = pipeline.folders.product_inbox
    files = look(inbox).files
    with writing(pipeline.engine) as connection:
        record = attempts.of_files(connection, PRODUCT, [file.name for file in files])
    requeued = []
    for file in files:
        ours = [a for a in record if (a.name, a.fingerprint) == (file.name, file.fingerprint)]
        if attempts.file_state(ours).halted is not None:
            _note(pipeline, inbox / file.name, file.name, force=False)
            requeued.append(Requeued(file.name, PRODUCT))
    return requeued


def _note(pipeline: Pipeline, path: Path, name: str, *, force: bool) -> None:
    """Write down that this version of the file starts anew; with its digest where it is forced."""
    digest = read_file(path, pipeline.read_limits).digest if force else None
    fingerprint = InboxFile.from_stat(name, path.lstat()).fingerprint
    with writing(pipeline.engine) as connection:
        attempts.note(
            connection,
            PRODUCT,
            name,
            fingerprint,
            attempts.REQUEUED,
            pipeline.clock(),
            reason=attempts.FORCED if force else None,
            digest=digest,
        )


def _find_in_quarantine(pipeline: Pipeline, file: str) -> Path:
    """The one quarantined file that is meant: by its path, its kept name or its own name."""
    quarantine = pipeline.folders.quarantine
    wanted = Path(file).name
    found = [
        path
        for path in sorted(quarantine.glob("*/*"))
        if path.is_file() and path.suffix != ".json" and _is_meant(path, wanted)
    ]
    exact = [path for path in found if path in (Path(file).absolute(), quarantine / file)]
    found = exact or found
    if not found:
        raise UsageError(
            f"There is no {file!r} in {pipeline.folders.product_inbox} or {quarantine}. "
            "`pipeline-assets status` lists the files that can be requeued."
        )
    if len(found) > 1:
        places = ", ".join(str(path.relative_to(quarantine)) for path in found)
        raise UsageError(f"{file!r} is not the name of one file only; name one of: {places}")
    return found[0]


def _is_meant(path: Path, wanted: str) -> bool:
    return path.name == wanted or path.name[filing.DIGEST_LENGTH + 1 :] == wanted


def _send_back(pipeline: Pipeline, path: Path, *, force: bool) -> str:
    sidecar = path.with_name(f"{path.name}.json")
    name = _original_name(sidecar) or path.name[filing.DIGEST_LENGTH + 1 :]
    target = path_in(pipeline.folders.product_inbox, name)
    file = InboxFile.from_stat(path.name, path.lstat())
    _note(pipeline, path, target.name, force=force)
    place = filing.move(path, file, target)
    if place is None:
        raise UsageError(f"{path} was changed while it was being requeued. Look at it again.")
    if sidecar.exists():  # the reason it was refused for stays on record
        sidecar.replace(sidecar.with_name(f"{path.name}.requeued.json"))
    return place.name


def _original_name(sidecar: Path) -> str | None:
    try:
        name = json.loads(sidecar.read_text("utf-8")).get("file")
    except (OSError, ValueError, AttributeError):
        return None
    return name if isinstance(name, str) else None
