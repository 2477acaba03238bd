"""Failing checks are told once for each cause; a hundred files refused at once are one alert."""

from collections.abc import Iterator

import dagster as dg
import pytest

from pipeline_assets.alerts.channels import NO_CHANNEL
from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets_tests.orchestration.alert_ticks import AlertTicks, with_checks
from pipeline_assets_tests.services.situations import begin, drop
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True
ASSET, REFUSED = "processed_products", "refused_files"


@pytest.fixture
def ticks(workplace: Workplace) -> Iterator[AlertTicks]:
    made = AlertTicks(workplace, with_checks(REFUSED, "prices"))
    with workplace, made.hook.up():
        yield made


def check_refused(ticks: AlertTicks) -> None:
    """A check over what the catalogue records as refused, evaluated as it is now."""
    names = [
        name
        for (name,) in ticks.place.rows(
            "SELECT DISTINCT name FROM file_attempts WHERE outcome = 'quarantined'"
        )
    ]
    cause = cause_of(names) if names else None
    ticks.report(ASSET, REFUSED, cause, f"{len(names)} files were refused. Send them back.")


def test_a_hundred_files_refused_at_once_are_one_alert(ticks: AlertTicks) -> None:
    names = [f"{n}.jsonl" for n in range(100)]
    for name in names:
        ticks.place.drop(name, b"\xff" + name.encode())
    for number, name in enumerate(names):
        assert ticks.place.ingest(name).state == "quarantined"
        check_refused(ticks)
        if number % 10 == 3:  # the daemon looks in between
            ticks.later(seconds=30)
            assert "(1 told a little later)" in ticks.checks()
    assert ticks.told() == []
    ticks.checks()
    assert ticks.told() == ["check refused_files of processed_products fails"]
    assert "100 files were refused. Send them back." in ticks.hook.texts[0]
    ticks.later(hours=12)
    ticks.checks()
    assert len(ticks.hook.got) == 1


def test_files_that_a_drain_refuses_are_told_once_by_the_checks_own_sentence(
    ticks: AlertTicks,
) -> None:
    for number in range(6):
        ticks.place.drop(f"bad{number}.jsonl", b"\xff%d" % number)
    assert len(ticks.place.drain().run_ids) == 6
    ticks.definitions = ticks.place.definitions
    for _ in range(3):
        ticks.checks()
        ticks.later(minutes=10)
    about = [text for text in ticks.hook.texts if "refused_files" in text]
    assert len(about) == 1
    assert "6 files refused in the last 24 h: " in about[0]
    assert "requeue --acknowledge" in about[0]


def test_it_is_told_after_a_while_though_the_inbox_never_empties(ticks: AlertTicks) -> None:
    ticks.place.take("bad.jsonl", b"\xff")
    check_refused(ticks)
    begin(ticks.place, drop(ticks.place), this_process())  # a run is at work on another file
    assert "(1 told a little later)" in ticks.checks()
    ticks.later(seconds=890)
    ticks.set(max_runtime_s=10_000)
    assert "(1 told a little later)" in ticks.checks()
    ticks.later(seconds=11)
    ticks.checks()
    assert len(ticks.hook.got) == 1


def test_other_checks_do_not_wait_and_files_that_are_no_files_do_not_count(
    ticks: AlertTicks,
) -> None:
    ticks.place.drop("waiting.jsonl", [row()])
    ticks.report(ASSET, "prices", "woolworths")
    ticks.report(ASSET, REFUSED, "x")
    ticks.checks()
    assert ticks.told() == ["check prices of processed_products fails"]
    (ticks.place.inbox / "waiting.jsonl").rename(ticks.place.inbox / "notes.txt")
    ticks.checks()
    assert len(ticks.hook.got) == 2


def test_a_check_is_told_again_once_it_has_changed_or_passed(ticks: AlertTicks) -> None:
    for cause in ("coles", "coles", "coles iga", "iga", "coles", None, "coles"):
        ticks.report(ASSET, "prices", cause)
        ticks.checks()
        ticks.checks()
    # coles, coles and iga, coles that was gone meanwhile, coles that had passed meanwhile
    assert len(ticks.hook.got) == 4
    assert ticks.place.one("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == 1
    ticks.report(ASSET, "prices", None)
    ticks.checks()
    assert ticks.place.one("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == 0


def test_a_webhook_that_is_down_fails_no_tick_and_loses_no_alert(workplace: Workplace) -> None:
    ticks = AlertTicks(workplace, with_checks("prices"))
    ticks.report(ASSET, "prices", "coles")
    said = ticks.checks()
    assert said == (
        "Failing checks: 1; 1 alert raised. Sent 0; 1 could not be sent and will be tried again."
    )
    ticks.later(minutes=30)
    ticks.checks()
    ticks.report(ASSET, "prices", None)
    ticks.checks()
    ticks.later(hours=2)
    with ticks.hook.up():
        assert ticks.checks().startswith("Failing checks: 0; 0 alerts raised. Sent 1.")
    assert ticks.told() == ["check prices of processed_products fails"]
    assert "It has passed or changed since" in ticks.hook.texts[0]
    workplace.instance.dispose()


def test_the_message_links_to_the_checks_page(ticks: AlertTicks) -> None:
    ticks.set(ui_url="http://ui.example:3000/")
    ticks.report(ASSET, "prices", "coles", "<3 prices & more> of a|b.jsonl rose. Look at them.")
    ticks.checks()
    lines = ticks.hook.texts[0].splitlines()
    assert lines[1] == "&lt;3 prices &amp; more&gt; of a|b.jsonl rose. Look at them."
    assert lines[3] == (
        "http://ui.example:3000/assets/processed_products?view=checks&amp;checkDetail=prices"
    )


def test_a_check_that_is_being_evaluated_or_was_never_is_left_as_it_is(ticks: AlertTicks) -> None:
    ticks.report(ASSET, "prices", "coles")
    ticks.checks()
    assert ticks.definitions
    job = ticks.definitions.resolve_implicit_global_asset_job_def()
    ticks.instance.create_run_for_job(job)  # it says which checks it will evaluate
    key = dg.AssetCheckKey(dg.AssetKey(ASSET), "prices")
    storage = ticks.instance.event_log_storage
    latest = storage.get_latest_asset_check_execution_by_key([key])[key]
    assert latest.status.value == "PLANNED"
    said = ticks.checks()
    assert said.endswith("; 0 alerts raised. Sent 0.")
    assert ticks.place.one("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == 1


def test_an_alert_of_a_check_that_is_no_longer_there_ends(ticks: AlertTicks) -> None:
    ticks.report(ASSET, "prices", "coles")
    ticks.checks()
    ticks.definitions = with_checks(REFUSED)
    ticks.checks()
    assert ticks.place.one("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == 0


def test_without_a_channel_it_says_what_to_set_and_does_nothing(ticks: AlertTicks) -> None:
    ticks.set(alert_webhook="")
    ticks.report(ASSET, "prices", "coles")
    assert ticks.checks() == NO_CHANNEL
    assert ticks.runs() == NO_CHANNEL
    assert ticks.place.one("SELECT count(*) FROM alerts") == 0
    ticks.set(alert_webhook=ticks.hook.url)
    ticks.checks()
    assert len(ticks.hook.got) == 1
