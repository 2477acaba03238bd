"""What a finished run reports, as plain data."""

from typing import Any

import dagster as dg


def post_processing_report(result: dg.JobExecutionResult) -> dict[str, Any]:
    """The steps of a run of `post_process_only` with their figures, and which of them failed."""
    steps = []
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        steps.append(
            {"step": materialization.asset_key.to_user_string(), **_figures(materialization)}
        )
    failed = {
        event.step_key or "": _message(event.step_failure_data)
        for event in result.get_step_failure_events()
    }
    return {"success": result.success, "run_id": result.run_id, "steps": steps, "failed": failed}


def _figures(materialization: dg.AssetMaterialization) -> dict[str, Any]:
    """What it says in figures and words; pictures are for pages."""
    return {
        key: value.value
        for key, value in materialization.metadata.items()
        if key == "details" or not isinstance(value, dg.MarkdownMetadataValue)
    }


def failure_message(result: dg.JobExecutionResult) -> str:
    """Why a run failed, from the first of its steps that did."""
    failures = result.get_step_failure_events()
    return _message(failures[0].step_failure_data) if failures else "its page in the UI shows why"


def _message(failure: Any) -> str:
    error = failure.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return "it failed without a message"
    text: str = error.message.strip()
    # Its name says no more than that a step failed on purpose; what follows is the sentence.
    return text.partition(": ")[2] if error.cls_name == dg.Failure.__name__ else text
