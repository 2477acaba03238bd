"""A verdict as Dagster stores and shows it.

MySQL keeps an evaluation in 64 KB of text, and text that is not ASCII is stored as escapes: the
table of offenders is cut so that the whole stays well below.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from pipeline_assets.reporting.escaping import visible
from pipeline_assets.reporting.pages.overview import FailingCheck
from pipeline_assets.services.checks.all_checks import ALL_CHECKS
from pipeline_assets.services.checks.check import Check
from pipeline_assets.services.checks.verdict import Verdict
from pipeline_assets.services.overview.reading import CheckSummary

_MAX_TABLE_BYTES = 24_000
_MAX_CELL_BYTES = 600
_MAX_SUMMARY_BYTES = 4_000
# What Dagster adds to a record and to a value when it stores them.
_BYTES_PER_RECORD = 60
_STATE = "state"
_EVALUATED = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}
_COLUMN_TYPES = {bool: "bool", int: "int", float: "float"}


def check_result(
    check: Check, verdict: Verdict, state: str | None = None, *, is_rehearsal: bool = False
) -> dg.AssetCheckResult:
    """The verdict as the result of a step; in a dry run no check stops what follows.

    With the `state` of what was looked at, the result can hold for later runs.
    """
    severity = dg.AssetCheckSeverity(check.severity.value)
    return dg.AssetCheckResult(
        passed=verdict.passed,
        asset_key=check.asset,
        check_name=check.name,
        severity=dg.AssetCheckSeverity.WARN if is_rehearsal else severity,
        description=_cut(visible(verdict.summary), _MAX_SUMMARY_BYTES),
        metadata=verdict_metadata(verdict) | ({_STATE: state} if state is not None else {}),
    )


def still_holding(
    instance: dg.DagsterInstance, checks: Sequence[Check], states: Mapping[str, str]
) -> dict[str, dg.AssetCheckResult]:
    """The last results of those checks whose state has not changed since, by the check's name."""
    storage = instance.event_log_storage
    holding: dict[str, dg.AssetCheckResult] = {}
    for check in checks:
        if check.name not in states:
            continue
        records = storage.get_asset_check_execution_history(
            check_key(check), limit=1, status=_EVALUATED
        )
        for last in (record.evaluation for record in records):
            if last and last.metadata.get(_STATE) == dg.MetadataValue.text(states[check.name]):
                holding[check.name] = dg.AssetCheckResult(
                    passed=last.passed,
                    asset_key=check.asset,
                    check_name=check.name,
                    severity=last.severity,
                    description=last.description,
                    metadata=last.metadata,
                )
    return holding


def last_results(instance: dg.DagsterInstance) -> CheckSummary:
    """Which checks failed when they were last evaluated, and how many ever were."""
    storage = instance.event_log_storage
    failing: list[FailingCheck] = []
    evaluated = 0
    for check in ALL_CHECKS:
        for record in storage.get_asset_check_execution_history(
            check_key(check), limit=1, status=_EVALUATED
        ):
            evaluated += 1
            last = record.evaluation
            if last is not None and not last.passed:
                is_error = last.severity is dg.AssetCheckSeverity.ERROR
                failing.append(FailingCheck(check.name, is_error, last.description or ""))
    return CheckSummary(failing, evaluated)


def check_evaluation(check: Check, verdict: Verdict) -> dg.AssetCheckEvaluation:
    """The verdict as an event without a run, for sensors."""
    found = check_result(check, verdict)
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(check.asset),
        check_name=check.name,
        passed=found.passed,
        metadata=found.metadata,
        severity=found.severity,
        description=found.description,
        blocking=check.is_blocking,
    )


def check_spec(check: Check) -> dg.AssetCheckSpec:
    """How Dagster knows the check."""
    return dg.AssetCheckSpec(
        check.name, asset=check.asset, description=check.description, blocking=check.is_blocking
    )


def check_key(check: Check) -> dg.AssetCheckKey:
    """What Dagster calls the check."""
    return dg.AssetCheckKey(dg.AssetKey(check.asset), check.name)


def verdict_metadata(verdict: Verdict) -> dict[str, dg.MetadataValue]:
    """The cause, the figures, and a table of the worst offenders."""
    shown: dict[str, dg.MetadataValue] = {"cause": dg.MetadataValue.text(verdict.cause)}
    for name, figure in verdict.figures.items():
        shown[name] = _figure(figure)
    if verdict.rows:
        records = list(_records(verdict))
        shown["offenders_shown"] = dg.MetadataValue.int(len(records))
        shown["worst_offenders"] = dg.MetadataValue.table(records, _schema(verdict))
    return shown


def _figure(figure: int | float | str) -> dg.MetadataValue:
    if isinstance(figure, str):
        return dg.MetadataValue.text(_cut(visible(figure), _MAX_CELL_BYTES))
    return (
        dg.MetadataValue.float(figure)
        if isinstance(figure, float)
        else dg.MetadataValue.int(figure)
    )


def _records(verdict: Verdict) -> Iterator[dg.TableRecord]:
    """The rows that have room, in order."""
    room = _MAX_TABLE_BYTES
    for row in verdict.rows:
        record = {name: _cell(value) for name, value in zip(verdict.columns, row, strict=True)}
        room -= _stored_bytes(record) + _BYTES_PER_RECORD
        if room < 0:
            return
        yield dg.TableRecord(record)


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _cut(visible(str(value)), _MAX_CELL_BYTES)


def _schema(verdict: Verdict) -> dg.TableSchema:
    first = verdict.rows[0]
    return dg.TableSchema(
        [
            dg.TableColumn(name, _COLUMN_TYPES.get(type(value), "string"))
            for name, value in zip(verdict.columns, first, strict=True)
        ]
    )


def _cut(text: str, most_bytes: int) -> str:
    """The text, shortened so that it takes at most so many bytes where it is stored."""
    while _stored_bytes(text) > most_bytes:
        text = f"{text[: len(text) * 3 // 4].rstrip('…')}…"
    return text


def _stored_bytes(value: Any) -> int:
    return len(json.dumps(value))
