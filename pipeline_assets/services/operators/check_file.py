"""Says what would become of a snapshot file, and takes nothing: for those who write scrapers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.database.revision import SchemaState, schema_state
from pipeline_assets.domain.snapshots.acceptance import AcceptanceRules, check_acceptance
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.rows import parse_snapshot
from pipeline_assets.domain.snapshots.snapshot import RejectedRow, Snapshot
from pipeline_assets.errors import FileFacts, RefusedFileError, UsageError, VanishedFileError
from pipeline_assets.inbox.reading import ReadFile, read_file
from pipeline_assets.inbox.scanning import SUFFIXES
from pipeline_assets.services.ingestion.acceptance import check_snapshot, unfinished_move
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """What would become of a file now.

    `reason` and `message` say why it would be refused; None if it would be accepted. `header` is
    None where none could be read. `dropped` counts the fields left out of accepted rows, by name.
    `knows_store`: there is a catalogue, so the file was compared with what it knows of the store.
    """

    name: str
    reason: str | None = None
    message: str | None = None
    header: Header | None = None
    facts: FileFacts = field(default_factory=FileFacts)
    rows_priced: int | None = None
    rejected: Sequence[RejectedRow] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    knows_store: bool = False


def check_file(pipeline: Pipeline, path: Path) -> CheckedFile:
    """Read a file as its run would, and apply every rule. Nothing is written or moved.

    Raises `UsageError` for what no run would ever read.
    """
    if not path.name.endswith(SUFFIXES):
        raise UsageError(f"{path}: the name of a snapshot file ends with {' or '.join(SUFFIXES)}.")
    try:
        read = read_file(path, pipeline.read_limits)
    except (VanishedFileError, OSError) as error:
        raise UsageError(f"{path} is not a file that can be read.") from error
    knows_store = schema_state(pipeline.engine) is SchemaState.CURRENT
    try:
        snapshot = _snapshot(pipeline, read)
    except RefusedFileError as refusal:
        return CheckedFile(
            name=path.name,
            reason=refusal.reason,
            message=refusal.message,
            facts=refusal.facts,
            rejected=refusal.rejected,
            knows_store=knows_store,
        )
    refusal_of_snapshot = _refusal(pipeline, snapshot, read.digest, knows_store=knows_store)
    return CheckedFile(
        name=path.name,
        reason=refusal_of_snapshot.reason if refusal_of_snapshot else None,
        message=refusal_of_snapshot.message if refusal_of_snapshot else None,
        header=snapshot.header,
        facts=snapshot.facts,
        rows_priced=snapshot.rows_priced,
        rejected=snapshot.rejected,
        dropped=snapshot.dropped,
        knows_store=knows_store,
    )


def _snapshot(pipeline: Pipeline, read: ReadFile) -> Snapshot:
    if read.lines is None:
        raise read.problem or AssertionError("a file without lines has its problem")
    return parse_snapshot(read.lines, pipeline.settings.zone)


def _refusal(
    pipeline: Pipeline, snapshot: Snapshot, digest: str, *, knows_store: bool
) -> RefusedFileError | None:
    """Why this snapshot would be refused; without a catalogue, by what it says itself."""
    now = pipeline.clock()
    try:
        if not knows_store:
            settings = pipeline.settings
            rules = AcceptanceRules(settings.partial_share, settings.future_tolerance)
            check_acceptance(snapshot, None, now, rules)
            return None
        with reading(pipeline.engine) as connection:
            unfinished_move(connection, digest)
            check_snapshot(connection, pipeline, snapshot, digest, now)
    except RefusedFileError as refusal:
        return refusal
    return None
