"""Keeps enrichment to one file at a time, whether the daemon, a command or the UI starts it.

A file is claimed in the catalogue before its run is requested. Dagster lists a run only a moment
after it was requested; the claim covers that moment.
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

# Longer than it takes for a requested run to show up in Dagster.
CLAIM_HOLDS = timedelta(seconds=60)


def claim_next(pipeline: Pipeline, found: Survey) -> InboxFile | None:
    """Claim the file that the caller may request a run for; None while another is in progress."""
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
    """Record that work on the file starts; returns the attempt's id.

    Raises `EnrichmentBusyError` while another attempt is in progress.
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
    """The files that live attempts of other runs are processing."""
    inbox, now = pipeline.barcode_enrichment_inbox, pipeline.clock()
    return [
        attempt.name
        for attempt in attempts.started(connection, inbox.name)
        if not is_dead(attempt, inbox, now) and (run_id is None or attempt.run_id != run_id)
    ]
