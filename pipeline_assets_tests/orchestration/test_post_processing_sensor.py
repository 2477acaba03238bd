"""The sensor of post-processing: due once when the inbox is drained, and not before or again."""

import signal
import socket
from collections.abc import Iterator
from functools import partial

import dagster as dg
import pytest

from pipeline_assets import stopping
from pipeline_assets.orchestration.sensors import post_processing_sensor
from pipeline_assets_tests.orchestration.ticks import JobTicks
from pipeline_assets_tests.workplace import Workplace, row

HOUR_S = 3600
NOTHING_NEW = "Nothing has been ingested since the last post-processing."
ASKED = "Post-processing was requested and did not succeed; it is requested again later."
Status = dg.DagsterRunStatus


class PostProcessingTicks(JobTicks):
    """The sensor's ticks, and files that come in between them."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, post_processing_sensor)
        self.made = 0

    def post_process(self) -> bool:
        """Run what was asked for; whether it succeeded."""
        return self.run("post_process_only").success

    def take(self) -> None:
        """One more file is ingested."""
        self.place.take(self.drop(), [row(store_id=f"S{self.made}")])

    def drop(self) -> str:
        """One more file arrives; its name."""
        self.made += 1
        name = f"{self.made}.jsonl"
        self.place.drop(name, [row(store_id=f"S{self.made}")])
        return name


@pytest.fixture
def ticks(workplace: Workplace) -> Iterator[PostProcessingTicks]:
    made = PostProcessingTicks(workplace)
    with made.instance:
        yield made


def test_nothing_is_due_while_nothing_was_ingested(ticks: PostProcessingTicks) -> None:
    assert ticks.tick() == 0
    assert ticks.idle_because == NOTHING_NEW
    ticks.place.drop("bad.jsonl", b"\xff\xfe")
    ticks.place.ingest("bad.jsonl")
    assert ticks.tick() == 0
    assert ticks.idle_because == NOTHING_NEW


def test_after_three_files_it_is_due_exactly_once(ticks: PostProcessingTicks) -> None:
    for _ in range(3):
        ticks.take()
    assert ticks.tick() == 1
    assert ticks.tick() == 0
    assert ticks.post_process()
    for _ in range(3):
        assert ticks.tick() == 0
        assert ticks.idle_because == NOTHING_NEW
        ticks.advance(12 * HOUR_S)
    ticks.take()
    assert ticks.tick() == 1


def test_files_that_wait_hold_it_up(ticks: PostProcessingTicks) -> None:
    ticks.take()
    for day in ("2025-09-02", "2025-09-03"):  # the second waits behind the first
        ticks.place.drop(f"{day}.jsonl", [row(store_id="S1", day=day)])
    assert ticks.tick() == 0
    assert ticks.idle_because == "Files in the product inbox still to be processed: 2."
    for day in ("2025-09-02", "2025-09-03"):
        ticks.place.ingest(f"{day}.jsonl")
    assert ticks.tick() == 1


def test_a_file_that_still_arrives_holds_it_up(ticks: PostProcessingTicks) -> None:
    ticks.take()
    ticks.place.settings["settle_s"] = 60
    ticks.drop()
    assert ticks.tick() == 0
    assert ticks.idle_because == "Files in the product inbox still to be processed: 1."


def test_a_file_in_flight_holds_it_up(ticks: PostProcessingTicks) -> None:
    ticks.take()
    name = ticks.drop()
    ticks.launch("product_update", Status.STARTED, {"pipeline/file": name})
    assert ticks.tick() == 0
    assert ticks.idle_because == "Files in the product inbox still to be processed: 1."


def test_halted_and_other_things_in_the_inbox_do_not_hold_it_up(
    ticks: PostProcessingTicks,
) -> None:
    ticks.take()
    name = ticks.drop()
    # Something is in the way of the archive, so that the file cannot be taken at all.
    archive = ticks.place.data / "archive"
    archive.rename(archive.with_name("elsewhere"))
    archive.write_text("in the way")
    job = ticks.place.definitions.resolve_job_def("product_update")
    config = {"ops": {"ingest_file": {"config": {"file": name}}}}
    halting = job.execute_in_process(
        instance=ticks.instance, run_config=config, raise_on_error=False
    )
    assert not halting.success
    archive.unlink()
    archive.with_name("elsewhere").rename(archive)
    ticks.place.drop("notes.txt", b"not a file to take")
    (ticks.place.inbox / "folder").mkdir()
    assert ticks.place.files("product_inbox") == [name, "notes.txt"]
    outcomes = "SELECT outcome FROM file_attempts WHERE name = :name"
    assert ticks.place.rows(outcomes, name=name) == [("halted",)]
    assert ticks.tick() == 1


def test_after_a_failure_it_is_asked_for_again_in_an_hour_or_with_the_next_file(
    ticks: PostProcessingTicks,
) -> None:
    ticks.take()
    assert ticks.tick() == 1
    obstacle = ticks.place.data / "translation_tables" / "brands.json"
    obstacle.mkdir()  # the last step fails, all others are done
    assert not ticks.post_process()
    assert ticks.tick() == 0
    assert ticks.idle_because == ASKED
    ticks.advance(HOUR_S - 60)
    assert ticks.tick() == 0
    ticks.advance(61)
    assert ticks.tick() == 1
    assert ticks.tick() == 0
    ticks.take()
    assert ticks.tick() == 1
    obstacle.rmdir()
    assert ticks.post_process()
    ticks.advance(2 * HOUR_S)
    assert ticks.tick() == 0
    assert ticks.idle_because == NOTHING_NEW


def test_after_an_interruption_it_is_asked_for_again_at_once(ticks: PostProcessingTicks) -> None:
    ticks.take()
    assert ticks.tick() == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stopping, "check", partial(_raise, stopping.Interrupted(signal.SIGTERM)))
        assert not ticks.post_process()
    assert ticks.tick() == 1
    assert ticks.post_process()
    assert ticks.tick() == 0
    assert ticks.idle_because == NOTHING_NEW


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("is_first_time", [False, True])
def test_under_constant_arrivals_it_is_due_six_hours_after_the_last_time(
    ticks: PostProcessingTicks, is_first_time: bool
) -> None:
    ticks.take()
    if not is_first_time:
        assert ticks.tick() == 1
        assert ticks.post_process()
    ticks.take()
    ticks.drop()
    assert ticks.tick() == 0
    ticks.advance(6 * HOUR_S - 60)
    assert ticks.tick() == 0
    assert ticks.idle_because == "Files in the product inbox still to be processed: 1."
    ticks.advance(61)
    assert ticks.tick() == 1


@pytest.mark.parametrize("status", [Status.QUEUED, Status.STARTING, Status.STARTED])
def test_while_a_run_is_under_way_no_other_is_asked_for(
    ticks: PostProcessingTicks, status: dg.DagsterRunStatus
) -> None:
    ticks.take()
    run = ticks.launch("post_process_only", status)
    assert ticks.tick() == 0
    assert ticks.idle_because == "Post-processing is running."
    ticks.instance.report_run_canceled(run)
    assert ticks.tick() == 1


def test_an_unreachable_catalogue_is_told_and_nothing_is_asked_for(
    ticks: PostProcessingTicks, workplace: Workplace
) -> None:
    ticks.take()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    url = f"mysql+mysqlconnector://nobody@127.0.0.1:{port}/catalogue"
    reachable = workplace.catalogue_url
    workplace.catalogue_url = url
    assert ticks.tick() == 0
    assert ticks.idle_because is not None
    assert "cannot be reached" in ticks.idle_because
    workplace.catalogue_url = reachable
    assert ticks.tick() == 1
