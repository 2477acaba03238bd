"""The sensor of the report: due once when the inbox is drained and post-processing is done."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from pipeline_assets.catalogue import watermarks
from pipeline_assets.orchestration.product_update_report import product_update_report
from pipeline_assets.orchestration.sensors import product_update_report_sensor
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.workplace import Workplace, row

REPORT, POST_PROCESSING = "product_update_report", "post_process_only"
NO_NEWS = "Nothing has been handled since the last report."
COMES_FIRST = "Post-processing comes first."
ASKED = "The report was requested and not made; it is requested again later."
# Dagster demands of a queued run that it says where its job comes from.
_CODE = RegisteredCodeLocationOrigin("pipeline_assets")
_REPOSITORY = RemoteRepositoryOrigin(_CODE, "__repository__")


class ReportTicks:
    """The sensor's ticks one after the other, on a clock that can be moved on."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.instance = dg.DagsterInstance.ephemeral()
        self.offset = timedelta()
        self.idle_because: str | None = None
        self.made = 0
        self._cursor: str | None = None
        place.change(settings={"max_failures": 1}, clock=lambda: utc_now() + self.offset)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.offset += timedelta(seconds=seconds)

    def tick(self) -> int:
        """How many runs the sensor asks for now."""
        with dg.build_sensor_context(
            instance=self.instance, cursor=self._cursor, resources={"pipeline": self.place.resource}
        ) as context:
            result = product_update_report_sensor.evaluate_tick(context)
        self._cursor = result.cursor or self._cursor  # as the daemon keeps it
        self.idle_because = result.skip_message
        return len(result.run_requests or [])

    def run(self, job: str) -> bool:
        """Execute a job to its end; whether it succeeded."""
        found = self.place.definitions.resolve_job_def(job)
        return found.execute_in_process(instance=self.instance, raise_on_error=False).success

    def launch(self, job: str) -> dg.DagsterRun:
        """A run of the job that is waiting in the queue."""
        return self.instance.create_run_for_job(
            self.place.definitions.resolve_job_def(job),
            status=dg.DagsterRunStatus.QUEUED,
            remote_job_origin=RemoteJobOrigin(_REPOSITORY, job),
        )

    def accept(self) -> None:
        """One more file is accepted."""
        self.made += 1
        self.place.take(f"{self.made}.jsonl", [row(store_id=f"S{self.made}")])

    def refuse(self) -> None:
        """One more file is refused."""
        self.made += 1
        self.place.take(f"{self.made}.jsonl", b"\xff\xfe%d" % self.made)


@pytest.fixture
def ticks(workplace: Workplace) -> Iterator[ReportTicks]:
    made = ReportTicks(workplace)
    with made.instance:
        yield made


def test_nothing_is_due_while_no_file_was_handled(ticks: ReportTicks) -> None:
    assert ticks.tick() == 0
    assert ticks.idle_because == "No file has been handled yet."


def test_after_three_files_and_post_processing_it_is_due_exactly_once(ticks: ReportTicks) -> None:
    for _ in range(3):
        ticks.accept()
    assert ticks.tick() == 0
    assert ticks.idle_because == COMES_FIRST
    assert ticks.run(POST_PROCESSING)
    assert ticks.tick() == 1
    assert ticks.run(REPORT)
    for _ in range(3):
        assert ticks.tick() == 0
        assert ticks.idle_because == NO_NEWS
        ticks.advance(7 * 3_600)


def test_a_refused_file_is_news_that_needs_no_post_processing(ticks: ReportTicks) -> None:
    ticks.refuse()
    assert ticks.tick() == 1
    assert ticks.run(REPORT)
    assert ticks.tick() == 0
    ticks.refuse()
    assert ticks.tick() == 1


def test_it_is_not_due_while_it_is_made_or_while_post_processing_is_running(
    ticks: ReportTicks,
) -> None:
    ticks.refuse()
    run = ticks.launch(POST_PROCESSING)
    assert ticks.tick() == 0
    assert ticks.idle_because == "Post-processing is running."
    ticks.instance.report_run_failed(run)
    run = ticks.launch(REPORT)
    assert ticks.tick() == 0
    assert ticks.idle_because == "A report is being made."
    ticks.instance.report_run_failed(run)
    assert ticks.tick() == 1


def test_post_processing_that_failed_or_never_comes_does_not_hold_it_up(
    ticks: ReportTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks.accept()
    ticks.advance(3_590)
    assert ticks.tick() == 0
    ticks.advance(20)
    assert ticks.tick() == 1
    assert ticks.run(REPORT)
    ticks.offset = timedelta()
    ticks.accept()
    assert ticks.tick() == 0
    assert ticks.idle_because == COMES_FIRST

    def fails(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(watermarks, "set_watermark", fails)
    assert not ticks.run(POST_PROCESSING)
    assert ticks.tick() == 1


def test_files_that_wait_hold_it_up_and_under_constant_arrivals_it_comes_all_the_same(
    ticks: ReportTicks,
) -> None:
    ticks.refuse()
    ticks.place.drop("next.jsonl", [row()])
    assert ticks.tick() == 0
    assert ticks.idle_because == "Files in the product inbox still to be processed: 1."
    ticks.advance(6 * 3_600 + 1)
    assert ticks.tick() == 1


def test_a_report_that_was_not_made_is_requested_again_after_an_hour_or_with_news(
    ticks: ReportTicks,
) -> None:
    ticks.refuse()
    assert ticks.tick() == 1
    assert ticks.tick() == 0
    assert ticks.idle_because == ASKED
    ticks.advance(3_601)
    assert ticks.tick() == 1
    assert ticks.tick() == 0
    ticks.refuse()
    assert ticks.tick() == 1


def test_a_report_that_somebody_made_by_hand_counts(ticks: ReportTicks) -> None:
    ticks.refuse()
    resources = {"pipeline": ticks.place.resource}
    by_hand = dg.materialize([product_update_report], instance=ticks.instance, resources=resources)
    assert by_hand.success
    assert ticks.tick() == 0
    assert ticks.idle_because == NO_NEWS
