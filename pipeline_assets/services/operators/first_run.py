"""The very first run: with no data yet, it processes the shipped sample."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from pipeline_assets.catalogue import ledger
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.sample.writer import write_sample
from pipeline_assets.services.pipeline import Pipeline


def place_sample_on_first_run(pipeline: Pipeline) -> bool:
    """Put the sample into the inboxes if it can do no harm there; True if it did.

    Only with the default catalogue, when nothing was ever ingested and both inboxes are empty.
    """
    looks = (pipeline.files.look(inbox.folder) for inbox in pipeline.inboxes)
    if not pipeline.settings.is_default_catalogue or any(one.files or one.others for one in looks):
        return False
    with reading(pipeline.engine) as connection:
        if ledger.number_of_files(connection):
            return False
    place_sample(pipeline, datetime.now(pipeline.settings.zone).date())
    return True


def place_sample(pipeline: Pipeline, last_day: date) -> Sequence[PurePath]:
    """Put the sample into the inboxes, wherever they are; returns where its files are now."""
    if not pipeline.files.is_remote:
        return write_sample(pipeline.folders.data, last_day)
    with TemporaryDirectory() as folder:
        written = write_sample(Path(folder), last_day)
        inboxes = {path: pipeline.folders.files / path.parent.name for path in written}
        return [
            pipeline.files.add_copy(path, inbox)
            for path, inbox in inboxes.items()
            if not pipeline.files.is_there(inbox / path.name)
        ]
