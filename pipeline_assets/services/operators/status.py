"""The state of everything: what is waiting, stuck or refused, and what the catalogue holds."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.catalogue import reports
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.database.revision import SchemaState, schema_state
from pipeline_assets.catalogue.file_log import FileLog, read_file_log
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.refused import refused_files
from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.services.files.inbox_survey import Survey, survey
from pipeline_assets.services.files.open_moves import moves_under_way
from pipeline_assets.services.files.run_records import RunRecords
from pipeline_assets.services.operators.stuck_files import (
    RefusedFiles,
    StuckFile,
    halted_files,
    refused_lying,
)
from pipeline_assets.services.operators.update_report import window_start
from pipeline_assets.services.pipeline import Pipeline

# On a terminal, more would drive what needs somebody out of sight.
SHOWN_FILES, _SHOWN_REFUSED = 30, 20


@dataclass(frozen=True, slots=True)
class Status:
    """The state of everything: inboxes, quarantine by reason, open moves, table sizes.

    Besides, what needs somebody (`halted`, `refused`) and what became of the files of the window.
    """

    product_inbox: Survey
    barcode_enrichment_inbox: Survey
    quarantined: Mapping[str, int]
    open_moves: Sequence[str]
    catalogue: Mapping[str, int]
    halted: Sequence[StuckFile]
    refused: RefusedFiles
    files: FileLog


@dataclass(frozen=True, slots=True)
class Unprepared:
    """Why there is nothing to look at, and what to do. `is_new`: nothing was ever set up here."""

    message: str
    is_new: bool


def unprepared(pipeline: Pipeline) -> Unprepared | None:
    """Why this data folder and catalogue cannot be looked at yet; None when they can."""
    state = schema_state(pipeline.engine)
    if state is SchemaState.ABSENT:
        return Unprepared(
            f"Nothing has been set up in {pipeline.folders.data} yet. Run `pipeline-assets "
            "prepare` to create the folders and the catalogue.",
            is_new=True,
        )
    if state is SchemaState.OLDER:
        return Unprepared(
            "The catalogue was written by an older version. Back it up, then run "
            "`pipeline-assets prepare` to migrate it to the current schema.",
            is_new=False,
        )
    missing = [
        inbox.name
        for inbox in pipeline.inboxes
        if not (pipeline.files.is_remote or Path(inbox.folder).is_dir())
    ]
    if missing:
        return Unprepared(
            f"There is a catalogue, but {pipeline.folders.data} has no {' and no '.join(missing)}. "
            "Check PIPELINE_DATA_DIR; `pipeline-assets prepare` creates what is missing.",
            is_new=False,
        )
    return None


def status(
    pipeline: Pipeline, runs: Callable[[Inbox], RunRecords], most_files: int = SHOWN_FILES
) -> Status:
    """Look at everything and change nothing; `runs` gives the runs of an inbox's job.

    Of the window's files, the newest `most_files` are listed. The pipeline must not be
    `unprepared`.
    """
    to_enrich, found = (
        survey(
            pipeline,
            runs(inbox),
            SettledFiles(pipeline.settings.settle_s),
            inbox,
            pipeline.settings.max_peek_bytes,
        )
        for inbox in pipeline.inboxes
    )
    with reading(pipeline.engine) as connection:
        return Status(
            product_inbox=found,
            barcode_enrichment_inbox=to_enrich,
            quarantined=quarantined(pipeline),
            open_moves=moves_under_way(connection, pipeline),
            catalogue=reports.sizes(connection),
            halted=[
                *halted_files(connection, pipeline.barcode_enrichment_inbox, to_enrich.halted),
                *halted_files(connection, pipeline.product_inbox, found.halted),
            ],
            refused=refused_lying(pipeline, connection, _SHOWN_REFUSED),
            files=read_file_log(connection, window_start(pipeline, pipeline.clock()), most_files),
        )


def quarantined(pipeline: Pipeline) -> dict[str, int]:
    """How many refused files are in quarantine, by reason."""
    reasons = Counter(
        path.parent.name for path in refused_files(pipeline.files, pipeline.folders.quarantine)
    )
    return dict(sorted(reasons.items()))
