"""One file of the enrichment inbox at a time, whoever takes it: daemon, command or a click.

Whoever wants to take a file says so in the catalogue first. Dagster knows of a run only a moment
after it was asked for; the claim bridges that moment.
"""

from datetime import timedelta

from sqlalchemy import Connection

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.errors import EnrichmentBusyError
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.files.liveness import is_dead, this_process
from pipeline_assets.services.pipeline import Pipeline

# Longer than it takes from a sensor's answer to the run that it asked for.
CLAIM_HOLDS = timedelta(seconds=60)


def claim_next(pipeline: Pipeline, found: Survey) -> InboxFile | None:
    """The file that the caller may ask a run for now; None while another one is under way."""
    if not found.takeable or found.in_flight:
        return None
    file = found.takeable[0].file
    now = pipeline.clock()
    inbox = pipeline.barcode_enrichment_inbox
    with writing(pipeline.engine, Lock.ATTEMPTS) as connection:
        asked = attempts.asked_since(connection, inbox.name, now - CLAIM_HOLDS)
        if asked or _at_work(connection, pipeline, None):
            return None
        attempts.note(connection, inbox.name, file.name, file.fingerprint, Event.ASKED, now)
    return file


def begin_alone(pipeline: Pipeline, run_id: str | None, file: InboxFile) -> int:
    """Note that work on the file starts; returns the attempt's id.

    Raises `EnrichmentBusyError` while another attempt is at work.
    """
    inbox = pipeline.barcode_enrichment_inbox
    with writing(pipeline.engine, Lock.ATTEMPTS) as connection:
        for other in _at_work(connection, pipeline, run_id):
            raise EnrichmentBusyError(file.name, other)
        now = pipeline.clock()
        return attempts.begin(
            connection, inbox.name, file.name, file.fingerprint, now, run_id, this_process()
        )


def _at_work(connection: Connection, pipeline: Pipeline, run_id: str | None) -> list[str]:
    """The files that living attempts of other runs work on."""
    inbox, now = pipeline.barcode_enrichment_inbox, pipeline.clock()
    return [
        attempt.name
        for attempt in attempts.started(connection, inbox.name)
        if not is_dead(attempt, inbox, now) and (run_id is None or attempt.run_id != run_id)
    ]
