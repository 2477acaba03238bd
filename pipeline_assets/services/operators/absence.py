"""What is to be said of a file that someone asked for by its name and that is not in its inbox."""

from dataclasses import replace

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.domain.files.attempts import Attempt, Event
from pipeline_assets.errors import UnknownFileError
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.services.files.outcomes import FileOutcome
from pipeline_assets.services.operators.remedies import requeue_command
from pipeline_assets.services.pipeline import Pipeline

# What is noted of a file without any work on it.
_NOTES = {Event.ASKED, Event.REQUEUED}
_DID = {
    Event.STARTED: "is processing it",
    Event.ACCEPTED: "has processed and archived it",
    Event.QUARANTINED: "has refused it",
}


def explain_absence(
    pipeline: Pipeline, inbox: Inbox, outcome: FileOutcome, run_id: str | None
) -> FileOutcome:
    """The outcome of work on a file that had vanished, with what the record says about it.

    Raises `UnknownFileError` if the record has never heard of a file of that name.
    """
    with reading(pipeline.engine) as connection:
        record = attempts.of_files(connection, inbox.name, [outcome.name])
    if not record:
        raise UnknownFileError(outcome.name, inbox.folder)
    by_others = [one for one in record if one.outcome not in _NOTES and one.run_id != run_id]
    if not by_others or record[-1].run_id == run_id:  # taken away by a person
        return outcome
    return replace(outcome, message=_told(inbox, by_others[-1]))


def _told(inbox: Inbox, last: Attempt) -> str:
    did = _DID.get(Event(last.outcome), "was the last to try it")
    who = f"run {last.run_id}" if last.run_id else "another process"
    at = (last.ended_at or last.started_at).isoformat(" ", "seconds")
    said = f"{last.name} is no longer in {inbox.name}/: {who} {did} ({at} UTC)."
    if last.outcome == Event.QUARANTINED:
        again = requeue_command(last.name)
        return f"{said} It is in quarantine/{last.reason}/; to send it back, run: {again}"
    return f"{said} There is nothing to do."
