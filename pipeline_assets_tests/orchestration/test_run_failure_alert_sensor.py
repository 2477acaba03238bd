"""Failed runs are told once for each kind of failure; an outage of the catalogue is told too."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from pipeline_assets import stopping
from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.services.checks.inboxes import HALTED_FILES
from pipeline_assets.services.ingestion import ingest_file
from pipeline_assets_tests.mariadb import MariaDb
from pipeline_assets_tests.orchestration.alert_ticks import AlertTicks, with_checks
from pipeline_assets_tests.orchestration.job_runs import run
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture
def ticks(workplace: Workplace) -> Iterator[AlertTicks]:
    made = AlertTicks(workplace, with_checks("prices"))
    with workplace, made.hook.up():
        made.runs()  # what failed before is not told
        yield made


class Work(dg.Config):
    """What a run of the job below does."""

    message: str = ""


@dg.op
def work(config: Work) -> None:
    if config.message == "signal":
        with stoppable():
            raise stopping.Interrupted(15)
    if config.message:
        raise ValueError(config.message)


@dg.job
def working() -> None:
    work()


def execute(ticks: AlertTicks, message: str = "") -> str:
    """A run of the job, which fails with this message; returns its id."""
    ran = working.execute_in_process(
        instance=ticks.instance,
        run_config={"ops": {"work": {"config": {"message": message}}}},
        raise_on_error=False,
    )
    return ran.run_id


def test_thirty_runs_that_fail_alike_are_one_alert(ticks: AlertTicks) -> None:
    for number in range(30):
        execute(ticks, f"file '{number}.jsonl' has {number} rows too many")
    assert ticks.runs().startswith("30 runs failed; 1 alert raised. Sent 1.")
    assert ticks.told() == ["30 runs of working failed: ValueError"]
    execute(ticks, "file 'x.jsonl' has 99 rows too many")
    assert ticks.runs().startswith("1 run failed; 0 alerts raised. Sent 0.")
    assert ticks.place.one("SELECT times_seen FROM alerts") == 31


def test_another_failure_is_another_alert(ticks: AlertTicks) -> None:
    execute(ticks, "the disk is full")
    ticks.runs()
    execute(ticks, "the disk is gone")
    ticks.runs()
    assert len(ticks.hook.got) == 2


def test_a_failure_is_told_again_once_it_has_passed(ticks: AlertTicks) -> None:
    execute(ticks, "a bug")
    ticks.runs()
    execute(ticks)
    ticks.later(minutes=59)
    ticks.runs()
    execute(ticks, "a bug")
    ticks.runs()  # it was not quiet for an hour
    ticks.later(minutes=61)
    ticks.runs()  # no run has succeeded since
    assert ticks.place.one("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == 1
    ticks.later(hours=24)
    ticks.runs()
    assert ticks.place.one("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == 0
    execute(ticks, "a bug")
    ticks.runs()
    assert len(ticks.hook.got) == 2


def test_the_message_says_why_and_links_to_the_run(ticks: AlertTicks) -> None:
    ticks.set(ui_url="http://ui")
    run_id = execute(ticks, "a <bug>")
    ticks.runs()
    title, text, _, link = ticks.hook.texts[0].splitlines()
    assert title == "*pipeline-assets: a run of working failed: ValueError*"
    assert text.startswith("It failed at ")
    assert text.endswith(" UTC: ValueError: a &lt;bug&gt;")
    assert link == f"http://ui/runs/{run_id}"


def test_a_file_that_halts_is_told_by_its_runs_own_sentence(
    ticks: AlertTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise ValueError("a bug")

    monkeypatch.setattr(ingest_file, "write_snapshot", fails)
    for name in ("a.jsonl", "b.jsonl"):
        ticks.place.drop(name, [row()])
        assert not run(ticks.place, name).success
    ticks.runs()
    (text,) = ticks.hook.texts
    title, said, *_ = text.splitlines()
    assert title == "*pipeline-assets: 2 runs of product_update failed: ValueError*"
    assert " failed for b.jsonl at " in said
    assert "UTC: b.jsonl is halted: ValueError: a bug. " in said
    assert " It stays in the inbox and is not processed again until " in said
    assert "pipeline-assets requeue b.jsonl" in said


def test_a_file_that_a_run_has_halted_is_not_told_again_by_the_check_of_halted_files(
    ticks: AlertTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise ValueError("a bug")

    ticks.definitions = with_checks(HALTED_FILES, asset=PRODUCT_INBOX)
    monkeypatch.setattr(ingest_file, "write_snapshot", fails)
    halted: list[str] = []
    for name in ("a.jsonl", "b.jsonl"):
        halted.append(name)
        ticks.place.drop(name, [row(store_id=name)])
        assert not run(ticks.place, name).success
        ticks.report(PRODUCT_INBOX, HALTED_FILES, cause_of(halted))
        ticks.checks()  # it leaves the run's own alert time to come first
        ticks.runs()
    for _ in range(3):
        ticks.later(minutes=1)
        ticks.checks()
        ticks.runs()
    assert ticks.told() == ["a run of product_update failed: ValueError"]
    ticks.report(PRODUCT_INBOX, HALTED_FILES, cause_of(["a.jsonl", "b.jsonl", "dead.jsonl"]))
    for _ in range(3):
        ticks.checks()
        ticks.later(minutes=1)
    assert ticks.told()[1:] == ["check halted_files of product_inbox fails"]


def test_a_run_that_a_check_has_stopped_is_the_checks_to_tell(ticks: AlertTicks) -> None:
    @dg.asset
    def merged() -> None:
        """Something that a check blocks."""

    @dg.asset_check(asset=merged, blocking=True)
    def is_whole() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, description="It is not whole. Mend it.")

    ticks.definitions = dg.Definitions(assets=[merged], asset_checks=[is_whole])
    job = ticks.definitions.resolve_implicit_global_asset_job_def()
    assert not job.execute_in_process(instance=ticks.instance, raise_on_error=False).success
    assert ticks.runs().startswith("0 runs failed; 0 alerts raised.")
    ticks.checks()
    assert ticks.told() == ["check is_whole of merged fails"]
    assert "It is not whole. Mend it." in ticks.hook.texts[0]


def test_a_run_that_an_operator_or_a_signal_ended_has_not_failed(ticks: AlertTicks) -> None:
    made = ticks.instance.create_run_for_job(working, status=dg.DagsterRunStatus.STARTED)
    ticks.instance.report_run_canceling(made)
    ticks.instance.report_run_canceled(made)
    execute(ticks, "signal")
    assert ticks.instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])) == 1
    assert ticks.runs().startswith("0 runs failed; 0 alerts raised.")


def test_a_run_that_took_too_long_or_died_is_told(ticks: AlertTicks) -> None:
    made = ticks.instance.create_run_for_job(working, status=dg.DagsterRunStatus.STARTED)
    ticks.instance.report_run_failed(made, "Exceeded maximum runtime of 600 seconds.")
    ticks.runs()
    (text,) = ticks.hook.texts
    assert "a run of working failed" in text
    assert "Exceeded maximum runtime of 600 seconds." in text


def test_failures_of_other_code_locations_are_theirs(ticks: AlertTicks) -> None:
    """A run that a command makes has no location; one of another location names it."""
    from dagster._core.remote_origin import (
        RegisteredCodeLocationOrigin,
        RemoteJobOrigin,
        RemoteRepositoryOrigin,
    )

    from pipeline_assets.orchestration.alerts.failed_runs import new_failures

    for location in ("ours", "theirs"):
        code = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), "__repository__")
        made = ticks.instance.create_run_for_job(
            working,
            status=dg.DagsterRunStatus.STARTED,
            remote_job_origin=RemoteJobOrigin(code, "working"),
        )
        ticks.instance.report_run_failed(made, location)
    execute(ticks, "by a command")
    found = new_failures(ticks.instance, {}, "ours")
    assert sorted(one.message for one in found.runs) == ["ValueError: by a command", "ours"]


def test_what_fails_while_the_webhook_is_down_is_sent_later(workplace: Workplace) -> None:
    with workplace:
        ticks = AlertTicks(workplace, with_checks("prices"))
        ticks.runs()
        execute(ticks, "a bug")
        assert ticks.runs().endswith("Sent 0; 1 could not be sent and will be tried again.")
        ticks.later(hours=1)
        with ticks.hook.up():
            ticks.runs()
        assert ticks.told() == ["a run of working failed: ValueError"]


def test_an_outage_of_the_catalogue_is_told_once_and_loses_no_failure(
    breakable_mariadb: MariaDb, workplace: Workplace
) -> None:
    workplace.catalogue_url = breakable_mariadb.new_catalogue()
    ticks = AlertTicks(workplace, with_checks("prices"))
    with workplace, ticks.hook.up():
        ticks.runs()
        breakable_mariadb.stop()
        execute(ticks, "a bug")
        assert "cannot be reached" in ticks.runs()
        assert ticks.told() == []  # it may only be starting again
        for _ in range(3):
            ticks.later(seconds=61)
            ticks.runs()
            assert "cannot be reached" in ticks.checks()
        assert ticks.told() == ["the catalogue cannot be reached"]
        assert "Check that the database is running" in ticks.hook.texts[0]
        breakable_mariadb.start()
        ticks.runs()
        assert ticks.told()[1:] == ["a run of working failed: ValueError"]
        assert "outage" not in ticks.cursor("run_failure_alert_sensor")


def test_an_outage_that_no_channel_takes_is_tried_again(workplace: Workplace) -> None:
    ticks = AlertTicks(workplace)
    with workplace:
        ticks.runs()
        workplace.catalogue_url = "mysql+mysqlconnector://me:s3cr3t@127.0.0.1:9/x"
        ticks.set()
        ticks.runs()
        ticks.later(seconds=61)
        assert ticks.runs().endswith("Sent 0; 1 could not be sent and will be tried again.")
        assert ticks.runs().endswith("Sent 0.")
        assert ticks.cursor("run_failure_alert_sensor")["outage"]["tries"] == {"webhook": 1}
        with ticks.hook.up():
            ticks.later(seconds=61)
            assert ticks.runs().endswith("Sent 1.")
            ticks.later(hours=5)
            ticks.runs()
    assert len(ticks.hook.got) == 1
    assert "s3cr3t" not in ticks.hook.texts[0]


def test_a_setting_that_cannot_be_used_is_said_and_the_failure_is_told_once_it_is_mended(
    ticks: AlertTicks,
) -> None:
    execute(ticks, "a bug")
    ticks.set(alert_email="smtp://nobody")
    for said in (ticks.runs(), ticks.checks()):
        assert said.startswith("A setting is invalid. alert_email: it needs one from=")
    ticks.set(alert_email="")
    ticks.runs()
    assert ticks.told() == ["a run of working failed: ValueError"]
