"""What the sensors share: how often they look, what a tick remembers, and what stops a tick."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import dagster as dg

from pipeline_assets.environment import unknown_variables, unknown_variables_in_words
from pipeline_assets.errors import DagsterStorageError, UnavailableError, UsageError
from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.instance import refuse_temporary_storage
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.services.pipeline import Pipeline

CHECK_INTERVAL_S = 5
# MySQL stores a cursor as 64 KB of text; beyond this the file system's ctime has to do.
_MAX_REMEMBERED_LOOKS = 100
# What was requested and did not succeed is requested again after this, or when there is news.
_ASK_AGAIN_AFTER = timedelta(hours=1)
# Variables of the environment that this process's log has named.
_WARNED_OF: set[str] = set()

Tick = dg.SensorResult | dg.SkipReason


def evaluated(
    context: dg.SensorEvaluationContext,
    pipeline: PipelineResource,
    tick: Callable[[dg.SensorEvaluationContext, Pipeline], Tick],
) -> Tick:
    """What `tick` says, or why the work cannot be done now."""
    try:
        refuse_temporary_storage(context.instance)
        ready = pipeline.open().check()
        _warn_of_unknown_variables(context)
        return tick(context, ready)
    except (UnavailableError, DagsterStorageError, UsageError) as error:
        return dg.SkipReason(str(error))


def _warn_of_unknown_variables(context: dg.SensorEvaluationContext) -> None:
    """In the log of a process's first tick."""
    names = set(unknown_variables()) - _WARNED_OF
    if names:
        _WARNED_OF.update(names)
        context.log.warning(unknown_variables_in_words(sorted(names)))


def remembered(context: dg.SensorEvaluationContext) -> dict[str, Any]:
    """What the last tick left in the cursor; a hint, for a tick that fails loses it."""
    return json.loads(context.cursor) if context.cursor else {}


def requested_once(
    context: dg.SensorEvaluationContext,
    job_name: str,
    wanted: Mapping[str, Any],
    now: datetime,
    otherwise: str,
) -> Tick:
    """One run of the job for what is `wanted`; none if it was requested a short time ago.

    The cursor keeps `wanted`, and when it was requested. A run that was interrupted does not count.
    `otherwise` says why there is no run.
    """
    asked = remembered(context)
    if wanted.items() <= asked.items():
        is_lately = now - datetime.fromisoformat(asked["asked_at"]) < _ASK_AGAIN_AFTER
        if is_lately and not InstanceRuns(context.instance).was_interrupted(job_name):
            return dg.SkipReason(otherwise)
    cursor = {**wanted, "asked_at": now.isoformat()}
    return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=json.dumps(cursor))


def looks(settled: SettledFiles) -> dict[str, float]:
    """The looks at arriving files that the next tick is to know of."""
    return dict(sorted(settled.seen.items())[:_MAX_REMEMBERED_LOOKS])
