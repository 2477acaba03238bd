"""The sensor of the report: due once when the inbox is drained and post-processing is done."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pytest

from pipeline_assets.catalogue import watermarks
from pipeline_assets.orchestration.product_update_report import product_update_report
from pipeline_assets.orchestration.sensors import product_update_report_sensor
from pipeline_assets_tests.orchestration.ticks import JobTicks
from pipeline_assets_tests.workplace import Workplace, row

REPORT, POST_PROCESSING = "product_update_report", "post_process_only"
NO_NEWS = "Nothing has been handled since the last report."
COMES_FIRST = "Post-processing comes first."
ASKED = "The report was requested and not made; it is requested again later."


class ReportTicks(JobTicks):
    """The sensor's ticks, and files that are handled between them."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, product_update_report_sensor)
        self.made = 0

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
    assert ticks.run(POST_PROCESSING).success
    assert ticks.tick() == 1
    assert ticks.run(REPORT).success
    for _ in range(3):
        assert ticks.tick() == 0
        assert ticks.idle_because == NO_NEWS
        ticks.advance(7 * 3_600)


def test_a_refused_file_is_news_that_needs_no_post_processing(ticks: ReportTicks) -> None:
    ticks.refuse()
    assert ticks.tick() == 1
    assert ticks.run(REPORT).success
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
    assert ticks.run(REPORT).success
    ticks.offset = timedelta()
    ticks.accept()
    assert ticks.tick() == 0
    assert ticks.idle_because == COMES_FIRST

    def fails(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(watermarks, "set_watermark", fails)
    assert not ticks.run(POST_PROCESSING).success
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
