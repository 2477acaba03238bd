"""Group `post_processing`: one asset per step, each in a transaction of its own.

What a step does is in `services.post_processing`; here are only its asset and its job.
"""

from collections.abc import Sequence
from functools import partial

import dagster as dg
from pydantic import Field

from pipeline_assets.orchestration.file_runs import opened, or_start_again
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.metadata import picture_metadata
from pipeline_assets.orchestration.names import CATALOGUE_POOL, POST_PROCESS_ONLY, POST_PROCESSING
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.reporting.escaping import in_markdown
from pipeline_assets.reporting.tables import markdown_table
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step
from pipeline_assets.services.post_processing.steps import STEPS, run_step

_SHOWN_DETAILS = 200


class PostProcessingResource(dg.ConfigurableResource[PostProcessingOptions]):
    """The options of one run of post-processing; they apply to all of its steps."""

    dry_run: bool = Field(default=False, description="Show the plan and change nothing.")
    relaxed_staleness: bool = Field(
        default=False,
        description='Count "current" from a company\'s newest scrape instead of from now.',
    )
    min_agreement: str | None = Field(
        default=None, description="Smallest share of equal prices at which two stores match: 0.98."
    )
    min_common: str | None = Field(
        default=None,
        description="Smallest share of the larger list that two stores must both sell: 2/3.",
    )
    current_days: int | None = Field(
        default=None,
        description="A store is current while its last snapshot is at most this many days old: 7.",
    )

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Refuse invalid options before the first step; raises `UsageError`."""
        self.options().check()

    def options(self) -> PostProcessingOptions:
        """The same options, as the services expect them."""
        return PostProcessingOptions(
            self.dry_run,
            self.relaxed_staleness,
            self.min_agreement,
            self.min_common,
            self.current_days,
        )


def build_step_asset(step: Step, deps: Sequence[str]) -> dg.AssetsDefinition:
    """The asset of one step, which runs after those named."""

    @dg.asset(
        name=step.name,
        deps=list(deps),
        group_name=POST_PROCESSING,
        description=step.description,
        kinds={"sql"},
        pool=CATALOGUE_POOL,
    )
    def step_asset(
        context: dg.AssetExecutionContext,
        pipeline: PipelineResource,
        post_processing: PostProcessingResource,
    ) -> dg.MaterializeResult[None]:
        with stoppable():
            ready = opened(context, pipeline)
            work = partial(run_step, ready, step, post_processing.options())
            message = f"{step.name}: {{}}. Nothing was changed."
            report = or_start_again(context, ready, message, work)
        if report.details:
            context.log.info("\n".join(report.details))  # each message is an event to store
        return dg.MaterializeResult(metadata=step_metadata(report))

    return step_asset


def step_metadata(report: StepReport) -> dict[str, dg.MetadataValue]:
    """A step's figures for charts, its changes in words, its tables and pictures."""
    shown: dict[str, dg.MetadataValue] = {
        "changed": dg.MetadataValue.int(report.changed),
        "seconds": dg.MetadataValue.float(round(report.seconds, 3)),
        "dry_run": dg.MetadataValue.bool(report.dry_run),
    }
    figures = {**report.changes, **report.facts}
    shown |= {name: dg.MetadataValue.int(count) for name, count in figures.items()}
    if report.rows is not None:
        shown["dagster/row_count"] = dg.MetadataValue.int(report.rows)
    if report.details:
        lines = [f"- {in_markdown(detail)}" for detail in report.details[:_SHOWN_DETAILS]]
        more = len(report.details) - len(lines)
        lines += [f"- … and {more:,} more, in the run's log"] if more else []
        shown["details"] = dg.MetadataValue.md("\n".join(lines))
    shown |= {
        name: dg.MetadataValue.md(markdown_table(rows))
        for name, rows in report.tables.items()
        if rows
    }
    return shown | picture_metadata(report.drawings)


def _build_assets() -> list[dg.AssetsDefinition]:
    assets = []
    deps = ["processed_products", "store_prices"]
    for step in STEPS:
        assets.append(build_step_asset(step, deps))
        deps = [step.name]
    return assets


post_processing_assets = _build_assets()

post_process_only_job = dg.define_asset_job(
    POST_PROCESS_ONLY,
    selection=dg.AssetSelection.groups(POST_PROCESSING),
    executor_def=dg.in_process_executor,
    description="Runs only the final steps: reads no inbox, ingests nothing and needs no file.",
)
