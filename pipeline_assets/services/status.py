"""How things stand: what waits, what is stuck and why, what was refused, what is known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_assets.catalogue import ledger, reports
from pipeline_assets.catalogue.engine import reading
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
    """Look at everything; changes nothing but what every look does: it notes whose
    process died, and which moves were made."""
    found = survey(pipeline, runs, SettledFiles(pipeline.settings.settle_s))
    with reading(pipeline.engine) as connection:
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
