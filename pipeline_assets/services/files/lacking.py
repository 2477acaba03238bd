"""Archived files that the ledger lacks, as after a restore, and how they get back to the inbox."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pipeline_assets import stopping
from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.enrichment.sources import is_source_of
from pipeline_assets.domain.files.attempts import WAIVER, Event
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.dating import DatedFile, date_file, in_date_order
from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.inbox.refused import refused_files
from pipeline_assets.inbox.scanning import SUFFIXES
from pipeline_assets.services.pipeline import Pipeline

_DUPLICATES = "duplicate"


@dataclass(frozen=True, slots=True)
class Lacking:
    """Archived files that the ledger lacks.

    `snapshots`: those to ingest again, in date order. `left`: those that stay in the archive: the
    sources of enriched files, and what no run can have accepted.
    """

    snapshots: Sequence[DatedFile] = ()
    left: Sequence[PurePath] = ()


def lacking_files(pipeline: Pipeline, known: Collection[str]) -> Lacking:
    """The archived files with none of these digests; this reads each of them."""
    folder = pipeline.folders.archive
    prefixes = {digest[: filing.DIGEST_LENGTH] for digest in known}
    names = (name for name in sorted(pipeline.files.names(folder)) if _is_filed(name))
    unknown = [name for name in names if name[: filing.DIGEST_LENGTH] not in prefixes]
    if not unknown:
        return Lacking()
    found = _dated(pipeline, [folder / name for name in unknown])
    waiting = _dated(pipeline, _waiting(pipeline))
    pending = {file.digest for file in waiting}
    by_snapshot = defaultdict(list)
    for file in (*found, *waiting):
        by_snapshot[file.store, file.scraped_at].append(file)
    taken: dict[str, DatedFile] = {}
    for file in found:
        is_source = file.store is None or file.digest in pending
        if is_source or _has_enriched(pipeline, file, by_snapshot[file.store, file.scraped_at]):
            continue
        taken.setdefault(file.digest, file)
    paths = {file.path for file in taken.values()}
    left = [folder / name for name in unknown if folder / name not in paths]
    return Lacking(in_date_order(taken.values()), left)


def _is_filed(name: str) -> bool:
    return name.endswith(SUFFIXES) and not name.startswith(".")


def _dated(pipeline: Pipeline, paths: Sequence[PurePath]) -> list[DatedFile]:
    found = []
    for path in paths:
        stopping.check()
        zone, opened = pipeline.settings.zone, pipeline.files.opened
        found.append(date_file(path, pipeline.read_limits, zone, opened))
    return [file for file in found if file is not None]


def _waiting(pipeline: Pipeline) -> list[PurePath]:
    """What waits to be ingested, or was refused: an enriched file may be among it.

    A file was refused as a duplicate because the same bytes had been accepted.
    """
    inbox, quarantine = pipeline.product_inbox.folder, pipeline.folders.quarantine
    try:
        waiting = [inbox / file.name for file in pipeline.files.look(inbox).files]
    except FileNotFoundError:
        waiting = []
    refused = refused_files(pipeline.files, quarantine)
    return [*waiting, *(path for path in refused if path.parent.name != _DUPLICATES)]


def _has_enriched(pipeline: Pipeline, file: DatedFile, same: Sequence[DatedFile]) -> bool:
    """Whether one of these files of the same store and time is this one, enriched."""
    others = [other for other in same if other.digest != file.digest]
    if not others:
        return False
    lines = _lines(pipeline, file)
    return any(is_source_of(lines, _lines(pipeline, other)) for other in others)


def _lines(pipeline: Pipeline, file: DatedFile) -> Sequence[bytes]:
    return read_file(file.path, pipeline.read_limits, pipeline.files.opened).lines or []


def send_back(pipeline: Pipeline, file: DatedFile) -> str | None:
    """Move an archived file to the product inbox; returns its name there.

    It was accepted once, so it may be partial. None if it has left the archive meanwhile.
    """
    name = file.path.name[filing.DIGEST_LENGTH + 1 :]
    found = pipeline.files.version(file.path)
    if found is None:
        return None
    now = pipeline.clock()
    with writing(pipeline.engine) as connection:
        attempts.note(
            connection,
            PRODUCT_INBOX,
            name,
            found.fingerprint,
            Event.REQUEUED,
            now,
            reason=WAIVER,
            digest=file.digest,
        )
    place = pipeline.files.move(file.path, found, pipeline.product_inbox.folder / name)
    return None if place is None else place.name
