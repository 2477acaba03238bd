"""Runs of job `product_update` in this process, and what a persistent instance keeps."""

from typing import Any

import dagster as dg

from pipeline_assets_tests.workplace import Workplace

ASSETS = ("processed_products", "store_prices")


def run(place: Workplace, file: str | None = None) -> dg.ExecuteInProcessResult:
    """Execute job `product_update`, for a file where one is named."""
    config = {"ops": {"ingest_file": {"config": {"file": file}}}} if file else {}
    return place.definitions.resolve_job_def("product_update").execute_in_process(
        instance=place.instance, run_config=config, raise_on_error=False
    )


def materialized(place: Workplace, run_id: str) -> dict[str, dict[str, Any]]:
    """The metadata of what a run materialized, as the instance has stored it, by asset."""
    found = {}
    for asset in ASSETS:
        records = place.instance.fetch_materializations(dg.AssetKey(asset), limit=100).records
        for record in records:
            if record.run_id == run_id and record.asset_materialization:
                metadata = record.asset_materialization.metadata
                found[asset] = {name: value.value for name, value in metadata.items()}
    return found


def observed(place: Workplace, run_id: str) -> list[dict[str, Any]]:
    """The metadata of what a run observed."""
    records = place.instance.fetch_observations(dg.AssetKey(ASSETS[0]), limit=100).records
    return [
        {name: value.value for name, value in record.asset_observation.metadata.items()}
        for record in records
        if record.run_id == run_id and record.asset_observation
    ]


def words(place: Workplace, run_id: str) -> str:
    """Everything a run's event log says, errors and their causes included."""
    return "\n".join(dg.serialize_value(entry) for entry in place.instance.all_logs(run_id))


def restarts(place: Workplace, run_id: str) -> int:
    """How often the step of a run started again."""
    logs = place.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY)
    return len(logs)
