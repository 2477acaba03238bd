"""Many runs at once from the warm launcher: nothing overtakes, and other runs are left alone."""

import json
import subprocess
import time
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.orchestration.launcher.processes import worker_of
from pipeline_assets_tests.commands import SCRIPT
from pipeline_assets_tests.end_to_end.dagster_dev import dagster_dev, eventually
from pipeline_assets_tests.end_to_end.stopped import outcomes
from pipeline_assets_tests.workplace import Workplace, row

STORES, DAYS = 6, 4


@pytest.mark.parametrize("workplace", ["objects", "mariadb"], indirect=True)
def test_files_of_one_store_do_not_overtake_each_other(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All lie there at once; a later one that came first would make an earlier one stale."""
    assert workplace.pipeline
    monkeypatch.setenv("PIPELINE_POST_SUCCESS_PAUSE_S", "0")
    for number in range(DAYS):
        day = (date(2025, 9, 1) + timedelta(days=number)).isoformat()
        for store in range(STORES):
            rows = [row(str(sku), 1 + number, store_id=f"S{store}", day=day) for sku in range(50)]
            workplace.drop(f"{9 - number}-{store}.jsonl", rows)
    log = workplace.root / "dev.log"
    with dagster_dev(workplace.home, log) as ui:
        taken = "SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NOT NULL"
        eventually(lambda: workplace.one(taken) == STORES * DAYS, 200, log)
        runs = [run for run in ui.runs() if run["jobName"] == "product_update"]
    assert workplace.files("quarantine") == []
    assert set(workplace.rows("SELECT store_id, price FROM store_prices")) == {
        (f"S{store}", DAYS) for store in range(STORES)
    }
    assert len(runs) == STORES * DAYS
    for run in workplace.instance.get_runs():
        assert worker_of(run) is not None, run


@pytest.mark.parametrize("workplace", ["sqlite", "mariadb"], indirect=True)
def test_a_slow_drain_beside_a_daemon_is_left_alone(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon looks at its run several times, and has not started it."""
    assert workplace.pipeline
    monkeypatch.setenv("PIPELINE_LOCK_TIMEOUT_S", "120")
    workplace.drop("a.jsonl", [row("1", 1.5)])
    with dagster_dev(workplace.home, workplace.root / "dev.log") as ui:
        with writing(workplace.pipeline.engine) as connection:
            connection.execute(text("UPDATE locks SET name = name"))
            drain = subprocess.Popen([str(SCRIPT), "drain", "--json"], stdout=subprocess.PIPE)
            time.sleep(16)  # the run monitor's next looks, and the sensor's
        out, _ = drain.communicate(timeout=120)
        runs = [run for run in ui.runs() if run["jobName"] == "product_update"]
    assert {run["status"] for run in runs} == {"SUCCESS"}, runs
    assert outcomes(workplace) == ["accepted"]
    assert drain.returncode == 0, json.loads(out)
