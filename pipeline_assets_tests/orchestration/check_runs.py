"""Runs that evaluate asset checks, and what a persistent instance keeps of them."""

from typing import Any

import dagster as dg

from pipeline_assets_tests.workplace import Workplace


def run_job(place: Workplace, job: str, **config: Any) -> dg.ExecuteInProcessResult:
    """The job to its end; `config` are options of post-processing."""
    return place.definitions.resolve_job_def(job).execute_in_process(
        instance=place.instance,
        run_config={"resources": {"post_processing": {"config": config}}} if config else {},
        raise_on_error=False,
    )


def evaluations(place: Workplace, run_id: str) -> dict[str, dg.AssetCheckEvaluation]:
    """What a run evaluated, as `asset/check`, in the order of its steps."""
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    found = {}
    for entry in place.instance.all_logs(run_id, of_type=kind):
        evaluation = entry.asset_check_evaluation
        assert evaluation is not None
        found[f"{evaluation.asset_key.to_user_string()}/{evaluation.check_name}"] = evaluation
    return found


def steps_run(place: Workplace, run_id: str) -> list[str]:
    """The steps that a run executed, in their order."""
    events = place.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START)
    return [event.step_key for event in events if event.step_key]
