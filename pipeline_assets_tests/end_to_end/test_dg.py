"""Today's command of Dagster, `dg`, finds the definitions by pyproject.toml and works with them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace, row

DG = Path(sys.executable).with_name("dg")


def run_dg(place: Workplace, *arguments: str) -> str:
    """What `dg` prints, in the project's folder, with the workplace's storage."""
    named = {"PATH": "/usr/bin:/bin", "HOME": str(place.root), "DAGSTER_DISABLE_TELEMETRY": "1"}
    ended = subprocess.run(
        [str(DG), *arguments],
        cwd=PROJECT_ROOT,
        env={**os.environ, **place.environment, **named},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_the_definitions_are_listed_and_valid_without_any_warning(workplace: Workplace) -> None:
    listed = json.loads(run_dg(workplace, "list", "defs", "--json"))
    keys = {asset["asset_key"] for asset in listed["assets"]}
    assert {"product_inbox", "store_prices", "reconciled_groups", "translation_tables"} <= keys
    assert {job["name"] for job in listed["jobs"]} >= {"product_update", "post_process_only"}
    assert "product_inbox_sensor" in {sensor["name"] for sensor in listed["sensors"]}
    checked = run_dg(workplace, "check", "defs")
    assert "All definitions loaded successfully." in checked
    assert "arning" not in checked


def test_one_asset_is_materialized_alone(workplace: Workplace) -> None:
    workplace.take("a.jsonl", [row()])
    run_dg(workplace, "launch", "--assets", "reconciled_groups")
    (run,) = workplace.instance.get_runs()
    assert run.status is dg.DagsterRunStatus.SUCCESS
    steps = {stats.step_key for stats in workplace.instance.get_run_step_stats(run.run_id)}
    assert steps - {"post_processing_checks"} == {"reconciled_groups"}
    assert workplace.rows("SELECT company, anchor_store_id FROM store_groups") == [("aldi", "G1")]
