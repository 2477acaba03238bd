"""The latest result of every asset check, as alerts need it."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from pipeline_assets.domain.alerts.troubles import Trouble, check_subject, failed_check

CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class CheckResults:
    """Checks that fail, and the subjects of those that pass; the others have no result."""

    failed: list[Trouble]
    passed: set[str]


def latest_results(
    instance: dg.DagsterInstance, keys: Collection[dg.AssetCheckKey]
) -> CheckResults:
    """What each check said last. One that is being evaluated has no result for the moment."""
    storage = instance.event_log_storage
    found = storage.get_latest_asset_check_execution_by_key(sorted(keys, key=str)) if keys else {}
    failed: list[Trouble] = []
    passed: set[str] = set()
    for key, record in found.items():
        if record.status is AssetCheckExecutionRecordStatus.SUCCEEDED:
            passed.add(subject_of(key))
        elif record.status is AssetCheckExecutionRecordStatus.FAILED and record.evaluation:
            failed.append(_trouble(key, record.evaluation))
    return CheckResults(failed, passed)


def subject_of(key: dg.AssetCheckKey) -> str:
    """The subject of the check's alerts."""
    return check_subject(key.asset_key.path, key.name)


def _trouble(key: dg.AssetCheckKey, evaluation: dg.AssetCheckEvaluation) -> Trouble:
    value = evaluation.metadata.get(CAUSE)
    cause = None if value is None else str(value.value)
    path = "/".join(quote(part, safe="") for part in key.asset_key.path)
    place = f"assets/{path}?{urlencode({'view': 'checks', 'checkDetail': key.name})}"
    return failed_check(key.asset_key.path, key.name, evaluation.description or "", cause, place)
