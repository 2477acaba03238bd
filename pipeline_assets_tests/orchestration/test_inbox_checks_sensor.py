"""The sensor of the inboxes' checks: it reports a verdict that changes, and only then."""

from datetime import timedelta

import dagster as dg
import pytest

from pipeline_assets.orchestration.check_results import check_key
from pipeline_assets.orchestration.sensors import inbox_checks_sensor
from pipeline_assets.services.checks.inboxes import INBOX_CHECKS
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.orchestration.check_runs import run_job
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

NO_NEWS = "No verdict on the inboxes has changed."


class CheckTicks:
    """The sensor's ticks; what it reports is stored, as the daemon does."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.idle_because: str | None = None
        self._cursor: str | None = None

    def tick(self) -> list[tuple[str, bool]]:
        """What is reported, as (asset/check, passed)."""
        with dg.build_sensor_context(
            instance=self.place.instance,
            cursor=self._cursor,
            resources={"pipeline": self.place.resource},
        ) as context:
            result = inbox_checks_sensor.evaluate_tick(context)
        self._cursor = result.cursor or self._cursor
        self.idle_because = result.skip_message
        assert not result.run_requests
        reported = []
        for event in result.asset_events:
            assert isinstance(event, dg.AssetCheckEvaluation)
            self.place.instance.report_runless_asset_event(event)
            reported.append(
                (f"{event.asset_key.to_user_string()}/{event.check_name}", event.passed)
            )
        return reported

    def later(self, hours: float) -> None:
        """Move the pipeline's clock to so many hours from now."""
        self.place.change(clock=Clock(utc_now() + timedelta(hours=hours)))


@pytest.fixture
def ticks(workplace: Workplace) -> CheckTicks:
    """A file in the product inbox, and the first tick done."""
    workplace.drop("a.jsonl", [row()])
    ticks = CheckTicks(workplace)
    assert ticks.tick() == [(f"{one.asset}/{one.name}", True) for one in INBOX_CHECKS]
    return ticks


def test_a_verdict_that_stays_is_not_reported_again(ticks: CheckTicks) -> None:
    assert ticks.tick() == []
    assert ticks.idle_because == NO_NEWS


def test_a_file_that_becomes_late_is_reported_once_and_so_is_its_end(ticks: CheckTicks) -> None:
    ticks.later(2)
    assert ticks.tick() == [("product_inbox/waiting_files", False)]
    assert ticks.idle_because is not None
    assert ticks.idle_because.startswith("1 file in product_inbox/ waiting for more than 60")
    assert ticks.tick() == []
    (ticks.place.inbox / "a.jsonl").unlink()
    assert ticks.tick() == [("product_inbox/waiting_files", True)]


def test_another_late_file_is_no_news_at_once_but_shown_some_time_later(
    ticks: CheckTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks.later(2)
    ticks.tick()
    ticks.place.drop("b.jsonl", [row()])
    assert ticks.tick() == []
    module = "pipeline_assets.orchestration.sensors.inbox_checks._REFRESH_AFTER"
    monkeypatch.setattr(module, timedelta())
    assert ticks.tick() == [("product_inbox/waiting_files", False)]
    assert ticks.tick() == []


def test_what_a_run_has_reported_is_not_reported_again(ticks: CheckTicks) -> None:
    ticks.later(2)
    assert run_job(ticks.place, "inbox_checks").success
    assert ticks.tick() == []
    records = ticks.place.instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [check_key(INBOX_CHECKS[0])]
    )
    (record,) = records.values()
    assert record.event is not None
    assert record.event.asset_check_evaluation is not None
    assert not record.event.asset_check_evaluation.passed
