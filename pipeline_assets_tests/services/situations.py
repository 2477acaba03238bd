"""What a process, a run or a move that came to its end too early leaves behind, case by case.

Each case makes it in a workplace, given the name of a process that has ended; `SITUATIONS` says
what there is to see.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import dagster as dg
from sqlalchemy import text

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.enrichment import ENRICHMENT_FIGURES, Delivery, add_delivery
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.domain.files.facts import DIED_THREE_TIMES
from pipeline_assets_tests.workplace import Workplace, row

Status = dg.DagsterRunStatus
INBOX, OTHER_INBOX = "product_inbox", "barcode_enrichment_inbox"
HALTED = {"a.jsonl": DIED_THREE_TIMES}


def drop(place: Workplace) -> InboxFile:
    """A file in the product inbox."""
    assert place.pipeline
    return InboxFile.from_stat("a.jsonl", place.drop("a.jsonl", [row()]).lstat())


def begin(place: Workplace, file: InboxFile, worker: str, run_id: str | None = None) -> None:
    """An attempt that has not ended."""
    with writing(place.pipeline.engine) as connection:
        attempts.begin(connection, INBOX, file.name, file.fingerprint, utc_now(), run_id, worker)


def launch(place: Workplace, file: InboxFile, state: dg.DagsterRunStatus, worker: str = "") -> str:
    """A run of the file, as Dagster has recorded it."""
    tags = {"pipeline/file": file.name, ".dagster/pipeline_fingerprint": file.fingerprint}
    tags |= {".dagster/pipeline_process": worker} if worker else {}
    job = place.definitions.resolve_job_def("product_update")
    return place.instance.create_run_for_job(job, tags=tags, status=state).run_id


def open_again(place: Workplace, table: str) -> None:
    """As if the process had died after the move, before it could note it."""
    with writing(place.pipeline.engine) as connection:
        connection.execute(text(f"UPDATE {table} SET moved_at = NULL"))


def a_move_that_was_made(place: Workplace, _: str) -> None:
    place.take("a.jsonl", [row()])
    open_again(place, "ingested_files")


def a_move_that_was_not_made(place: Workplace, _: str) -> None:
    kept = place.take("a.jsonl", [row()]).place
    assert kept is not None
    (place.data / kept).rename(place.inbox / "a.jsonl")
    open_again(place, "ingested_files")


def a_delivery_that_was_not_placed(place: Workplace, _: str) -> None:
    folders = place.pipeline.folders
    place.put(folders.relative(folders.unfinished_delivery("d" * 64)), b"enriched\n")
    place.put("archive/source.jsonl", b"source\n")
    delivery = Delivery(
        "d" * 64, f"{OTHER_INBOX}/a.jsonl", f"{INBOX}/a.jsonl", "archive/source.jsonl", None
    )
    figures = dict.fromkeys(ENRICHMENT_FIGURES, 0)
    more: dict[str, Any] = {"company": "coles", "store_id": "1", "delivered_at": utc_now()}
    with writing(place.pipeline.engine) as connection:
        add_delivery(connection, delivery, more | figures)


def a_dead_attempt(place: Workplace, dead: str) -> None:
    begin(place, drop(place), dead)


def an_attempt_of_who_knows_whom(place: Workplace, _: str) -> None:
    file = drop(place)
    long_ago = utc_now() - timedelta(seconds=700)
    with writing(place.pipeline.engine) as connection:
        attempts.begin(connection, INBOX, file.name, file.fingerprint, long_ago, None, "far/1/1")


def a_living_attempt(place: Workplace, _: str) -> None:
    begin(place, drop(place), "far/1/1")


def a_dead_run(place: Workplace, dead: str) -> None:
    launch(place, drop(place), Status.STARTED, dead)


def a_dead_run_with_its_attempt(place: Workplace, dead: str) -> None:
    file = drop(place)
    begin(place, file, dead, launch(place, file, Status.STARTED, dead))


def a_living_run(place: Workplace, _: str) -> None:
    launch(place, drop(place), Status.STARTED)


def two_deaths_on_record_and_a_third(place: Workplace, dead: str) -> None:
    file = drop(place)
    with writing(place.pipeline.engine) as connection:
        for _ in range(2):
            attempts.note(connection, INBOX, file.name, file.fingerprint, Event.DIED, utc_now())
    begin(place, file, dead)


def three_runs_that_never_began(place: Workplace, _: str) -> None:
    file = drop(place)
    for _run in range(3):
        launch(place, file, Status.FAILURE)


@dataclass(frozen=True)
class Shown:
    """What is there to see: the product inbox, the moves, what recovery puts on record."""

    inbox: dict[str, Any]
    moves: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    runs: list[dg.DagsterRunStatus] = field(default_factory=list)
    delivers: bool = False


TAKEABLE = {"takeable": ["a.jsonl"]}
AT_WORK = {"in_flight": ["a.jsonl"]}
SITUATIONS: dict[Callable[[Workplace, str], None], Shown] = {
    a_move_that_was_made: Shown({}, recorded=["accepted"]),
    a_move_that_was_not_made: Shown(TAKEABLE, [f"{INBOX}/a.jsonl"], ["accepted"]),
    a_delivery_that_was_not_placed: Shown(
        {"others": {f".{'d' * 16}.enriched": "its name does not end in .jsonl or .jsonl.gz"}},
        [f"{OTHER_INBOX}/a.jsonl"],
        delivers=True,
    ),
    a_dead_attempt: Shown(TAKEABLE, recorded=["died"]),
    an_attempt_of_who_knows_whom: Shown(TAKEABLE, recorded=["died"]),
    a_living_attempt: Shown(AT_WORK, recorded=["started"]),
    a_dead_run: Shown(TAKEABLE, recorded=["died"], runs=[Status.FAILURE]),
    a_dead_run_with_its_attempt: Shown(TAKEABLE, recorded=["died"], runs=[Status.FAILURE]),
    a_living_run: Shown(AT_WORK, runs=[Status.STARTED]),
    two_deaths_on_record_and_a_third: Shown({"halted": HALTED}, recorded=["died"] * 3 + ["halted"]),
    three_runs_that_never_began: Shown(
        {"halted": HALTED}, recorded=["died"] * 3 + ["halted"], runs=[Status.FAILURE] * 3
    ),
}
