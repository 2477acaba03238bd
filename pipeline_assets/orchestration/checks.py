"""The asset checks: one step for all that a job runs, as each step costs Dagster 20 to 40 ms.

What a check does is in `services.checks`. Those that must hold before groups and tables are made
have a step of their own between the steps of post-processing.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.orchestration.check_results import (
    check_key,
    check_result,
    check_spec,
    still_holding,
)
from pipeline_assets.orchestration.file_runs import opened, or_start_again
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.names import INBOX_CHECK_JOB
from pipeline_assets.orchestration.post_processing import PostProcessingResource
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns, runs_of_inbox
from pipeline_assets.services.checks.all_checks import (
    BLOCKING_CHECKS,
    CATALOGUE_CHECKS,
    POST_PROCESSING_CHECKS,
    evaluate,
    states,
)
from pipeline_assets.services.checks.check import Check
from pipeline_assets.services.checks.inboxes import INBOX_CHECKS
from pipeline_assets.services.checks.refused import REFUSED_FILES
from pipeline_assets.services.checks.verdict import Verdict
from pipeline_assets.services.post_processing.options import PostProcessingOptions


def _build_step(name: str, checks: Sequence[Check], description: str) -> dg.AssetChecksDefinition:
    """One step that evaluates these checks, or those of them that a run selects."""

    @dg.multi_asset_check(
        name=name,
        specs=[check_spec(check) for check in checks],
        description=description,
        can_subset=True,
    )
    def checks_step(
        context: dg.AssetCheckExecutionContext,
        pipeline: PipelineResource,
        post_processing: PostProcessingResource,
    ) -> Iterator[dg.AssetCheckResult]:
        wanted = [one for one in checks if check_key(one) in context.selected_asset_check_keys]
        options = post_processing.options()
        with stoppable():
            holding, verdicts = _results(context, pipeline, wanted, options)
        for result in holding:
            if not result.passed:
                context.log.warning(f"{result.check_name}: {result.description}")
            yield result
        for check, verdict, state in verdicts:
            if not verdict.passed:
                context.log.warning(f"{check.asset} {check.name}: {verdict.summary}")
            yield check_result(check, verdict, state, is_rehearsal=options.dry_run)
        stops = [one for check, one, _ in verdicts if check.is_blocking and not one.passed]
        if stops and not options.dry_run:
            # Dagster would fail the step as well, but with the names of the checks alone.
            raise dg.Failure(" ".join(one.summary for one in stops), allow_retries=False)

    return checks_step


def _results(
    context: dg.AssetCheckExecutionContext,
    pipeline: PipelineResource,
    checks: Sequence[Check],
    options: PostProcessingOptions,
) -> tuple[list[dg.AssetCheckResult], list[tuple[Check, Verdict, str | None]]]:
    """The last results that still hold, and the verdicts on the other checks with their states."""
    ready = opened(context, pipeline)

    def runs(inbox: Inbox) -> InstanceRuns:
        return runs_of_inbox(context.instance, inbox)

    def work() -> tuple[list[dg.AssetCheckResult], list[tuple[Check, Verdict, str | None]]]:
        known = states(ready, checks, runs, options)  # first: what comes in now is seen next time
        holding = still_holding(context.instance, checks, known)
        due = [check for check in checks if check.name not in holding]
        verdicts = evaluate(ready, due, runs, options)
        return list(holding.values()), [(one, its, known.get(one.name)) for one, its in verdicts]

    return or_start_again(context, ready, "The checks could not be made: {}.", work)


catalogue_checks = [
    _build_step(
        "product_checks",
        BLOCKING_CHECKS,
        "Checks what must hold before stores are grouped and tables exported.",
    ),
    _build_step(
        "post_processing_checks",
        POST_PROCESSING_CHECKS,
        "Checks what post-processing has made of products and groups.",
    ),
    _build_step(
        "catalogue_checks",
        CATALOGUE_CHECKS,
        "Checks the whole catalogue and the inboxes, after a drained inbox.",
    ),
    _build_step(
        "refused_files_check",
        (REFUSED_FILES,),
        "Checks that no refused file is left unattended, as the run of each file does.",
    ),
]


def catalogue_check_selection() -> dg.AssetSelection:
    """The checks of the whole catalogue and of the inboxes, for the job that reports."""
    return dg.AssetSelection.checks(*(check_key(check) for check in CATALOGUE_CHECKS))


inbox_checks_job = dg.define_asset_job(
    INBOX_CHECK_JOB,
    selection=dg.AssetSelection.checks(*(check_key(check) for check in INBOX_CHECKS)),
    executor_def=dg.in_process_executor,
    description="Checks that no file waits in an inbox for too long, and that none is halted.",
)
