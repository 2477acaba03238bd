"""The graph as operators use it: files into the inbox, the daemon at work, jobs from the UI."""

from typing import Any

from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets_tests.end_to_end.dagster_dev import Ui, dagster_dev, eventually
from pipeline_assets_tests.workplace import Workplace, row

STEP_NAMES = {step.name for step in STEPS} | {"product_checks", "post_processing_checks"}
LAUNCH = """
mutation ($selector: JobOrPipelineSelector!, $config: RunConfigData!) {
  launchRun(executionParams: {selector: $selector, runConfigData: $config, mode: "default"}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""


def test_files_are_taken_by_themselves_and_jobs_run_from_the_ui(workplace: Workplace) -> None:
    assert workplace.pipeline  # the catalogue exists before two processes open it
    workplace.drop("monday.jsonl", [row("1", 1.5), row("2", 2.0)])
    workplace.drop("broken.jsonl", b"not a snapshot\n")
    log = workplace.root / "dev.log"
    with dagster_dev(workplace.home, log) as ui:
        runs = eventually(lambda: _done(ui, "post_process_only", 1), 90, log)
        files = {_tag(run, "pipeline/file"): run for run in runs if run["jobName"] != _POST}
        assert {name: run["status"] for name, run in files.items()} == {
            "monday.jsonl": "SUCCESS",
            "broken.jsonl": "SUCCESS",
        }
        assert _steps(files["monday.jsonl"]) == {"ingest_file"}
        launched = _launch(ui, _POST)
        runs = eventually(lambda: _done(ui, "post_process_only", 2), 60, log)
        (run,) = [run for run in runs if run["runId"] == launched]
        assert _steps(run) == STEP_NAMES
    assert workplace.files("product_inbox") == []
    assert len(workplace.files("archive")) == 1
    assert any(name.startswith("no_metadata/") for name in workplace.files("quarantine"))
    shown = workplace.rows("SELECT sku, price FROM store_prices ORDER BY sku")
    assert shown == [("1", 1.5), ("2", 2.0)]


_POST = "post_process_only"


def _done(ui: Ui, job: str, count: int) -> list[dict[str, Any]] | None:
    """All runs, once `count` runs of the job have succeeded and nothing is under way."""
    runs = ui.runs()
    succeeded = [run for run in runs if run["jobName"] == job and run["status"] == "SUCCESS"]
    is_quiet = all(run["status"] in ("SUCCESS", "FAILURE") for run in runs)
    return runs if len(succeeded) >= count and is_quiet else None


def _launch(ui: Ui, job: str) -> str:
    """Launch a job as its page does."""
    selector = {
        "repositoryLocationName": "pipeline_assets",
        "repositoryName": "__repository__",
        "pipelineName": job,
    }
    answer = ui.ask(LAUNCH, selector=selector, config={})["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


def _tag(run: dict[str, Any], key: str) -> str | None:
    return next((tag["value"] for tag in run["tags"] if tag["key"] == key), None)


def _steps(run: dict[str, Any]) -> set[str]:
    return {step["stepKey"] for step in run["stepStats"] if step["status"] == "SUCCESS"}
