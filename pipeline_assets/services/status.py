"""How things stand: what waits, what is stuck and why, what was refused, what is known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.catalogue import ledger, reports
from pipeline_assets.catalogue.engine import writing
from pipeline_assets.inbox.folders import Folders
from pipeline_assets.inbox.scanning import SettledFiles, look
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.survey import RunRecords, Survey, survey


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the whole: inboxes, quarantine by reason, open moves, tables' sizes."""

    product_inbox: Survey
    barcode_enrichment_inbox: Sequence[str]
    quarantined: Mapping[str, int]
    open_moves: Sequence[str]
    catalogue: Mapping[str, int]


def status(pipeline: Pipeline, runs: RunRecords) -> Status:
    """Look at everything; changes nothing but the note of files whose process died."""
    found = survey(pipeline, runs, SettledFiles(pipeline.settings.settle_s))
    close_finished_moves(pipeline)
    with writing(pipeline.engine) as connection:
        moves = [entry.source_path for entry in ledger.open_moves(connection)]
        sizes = reports.sizes(connection)
    waiting = look(pipeline.folders.barcode_enrichment_inbox).files
    return Status(
        found, [file.name for file in waiting], quarantined(pipeline.folders), moves, sizes
    )


def quarantined(folders: Folders) -> dict[str, int]:
    """How many refused files lie in quarantine, by reason."""
    files = (path for path in folders.quarantine.glob("*/*") if path.suffix != ".json")
    return dict(sorted(Counter(path.parent.name for path in files).items()))


def close_finished_moves(pipeline: Pipeline) -> None:
    """Note the moves that were made when the process died before it could note them.

    A move that was not made is finished by the file's next run: it still lies in the inbox.
    """
    data = pipeline.folders.data
    with writing(pipeline.engine) as connection:
        for entry in ledger.open_moves(connection):
            if _is_made(data / entry.source_path, data / entry.archive_path):
                ledger.close_move(connection, entry.file_id, entry.archive_path, pipeline.clock())


def _is_made(source: Path, target: Path) -> bool:
    return target.exists() and not source.exists()
