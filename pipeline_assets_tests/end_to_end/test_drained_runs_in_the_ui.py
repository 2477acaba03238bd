"""The runs of a `drain` are runs of the code location: the UI lists them and runs them again."""

from typing import Any

from pipeline_assets_tests.commands import process
from pipeline_assets_tests.end_to_end.dagster_dev import Ui, dagster_dev, eventually
from pipeline_assets_tests.workplace import Workplace, row

_RUN = """
  runId status pipelineName pipelineSnapshotId tags {key value}
  repositoryOrigin {repositoryName repositoryLocationName}
"""
# As the timeline and a job's page ask.
RUNS = f"""
query ($filter: RunsFilter!) {{
  runsOrError(filter: $filter) {{... on Runs {{results {{{_RUN}}}}}}}
}}
"""
JOBS = """
query ($selector: RepositorySelector!) {repositoryOrError(repositorySelector: $selector) {
  ... on Repository {pipelines {name pipelineSnapshotId}}
}}
"""
AGAIN = """
mutation ($params: ReexecutionParams!) {launchRunReexecution(reexecutionParams: $params) {
  __typename ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}
}}
"""
LOCATION = {"repositoryName": "__repository__", "repositoryLocationName": "pipeline_assets"}
OF_REPOSITORY = {"key": ".dagster/repository", "value": "__repository__@pipeline_assets"}


def test_a_drains_runs_are_on_the_timeline_and_their_jobs_pages_and_can_be_run_again(
    workplace: Workplace,
) -> None:
    place = workplace
    place.drop("monday.jsonl", [row("1", 1.5), row("2", 2.0)])
    (place.data / "barcode_enrichment_inbox").mkdir()
    (place.data / "barcode_enrichment_inbox" / "coles.jsonl").write_bytes(b"{}\n")
    assert process(place, "drain").status == 0
    log = place.root / "dev.log"
    with dagster_dev(place.home, log) as ui:
        jobs = eventually(lambda: _jobs(ui), 60, log)
        drained = _runs(ui, tags=[OF_REPOSITORY])
        assert {run["pipelineName"] for run in drained} == {
            "barcode_enrichment",
            "product_update",
            "post_process_only",
            "product_update_report",
            "publish",
        }
        for run in drained:
            assert run["status"] == "SUCCESS"
            assert run["repositoryOrigin"] == LOCATION
            assert run["pipelineSnapshotId"] == jobs[run["pipelineName"]]
            of_job = _runs(ui, pipelineName=run["pipelineName"], tags=[OF_REPOSITORY])
            assert [one["runId"] for one in of_job] == [run["runId"]]
        again = {run["pipelineName"]: _run_again(ui, run["runId"]) for run in drained}
        ended = eventually(lambda: _ended(ui, list(again.values())), 120, log)
        assert {name: ended[run_id] for name, run_id in again.items()} == dict.fromkeys(
            again, "SUCCESS"
        )


def _runs(ui: Ui, **wanted: Any) -> list[dict[str, Any]]:
    return list(ui.ask(RUNS, filter=wanted)["runsOrError"]["results"])


def _jobs(ui: Ui) -> dict[str, str] | None:
    """The jobs of the code location with the ids of their snapshots, once it is loaded."""
    jobs = ui.ask(JOBS, selector=LOCATION)["repositoryOrError"].get("pipelines")
    return {job["name"]: job["pipelineSnapshotId"] for job in jobs} if jobs else None


def _run_again(ui: Ui, run_id: str) -> str:
    params = {"parentRunId": run_id, "strategy": "ALL_STEPS", "useParentRunTags": True}
    answer = ui.ask(AGAIN, params=params)["launchRunReexecution"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


def _ended(ui: Ui, run_ids: list[str]) -> dict[str, str] | None:
    runs = {run["runId"]: run["status"] for run in _runs(ui, runIds=run_ids)}
    return runs if set(runs.values()) <= {"SUCCESS", "FAILURE", "CANCELED"} else None
