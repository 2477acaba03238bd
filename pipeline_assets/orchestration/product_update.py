"""Group `product_update`: ingests one inbox file into the catalogue, in a single step.

`domain` says what a file's rows mean, `catalogue` how they are written.
"""

from collections.abc import Iterator
from functools import partial

import dagster as dg
from pydantic import Field

from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.events_together import only_reports_follow
from pipeline_assets.orchestration.file_outcomes import (
    RunOutcome,
    forget_copied_outcome,
    report_not_taken,
    report_refused_files,
    report_taken,
    tag_outcome,
)
from pipeline_assets.orchestration.file_runs import opened, tag_with, tagged_file, take
from pipeline_assets.orchestration.folder_assets import product_inbox
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.metadata import materialization_metadata
from pipeline_assets.orchestration.names import (
    CATALOGUE_POOL,
    INGEST_OP,
    PRODUCT_UPDATE,
)
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.services.files.inbox_survey import recovered_survey
from pipeline_assets.services.files.outcomes import State
from pipeline_assets.services.ingestion.ingest_file import ingest_file
from pipeline_assets.services.pipeline import Pipeline

processed_products = dg.AssetSpec(
    "processed_products",
    deps=[product_inbox],
    group_name=PRODUCT_UPDATE,
    skippable=True,
    description="Which SKUs each company sells, with their facts and barcodes, and the products "
    "they belong to: tables `skus`, `products`, `brands`, `categories`. Changes with each accepted "
    "file; a refused one is an observation that says why. Post-processing settles what later facts "
    "have changed elsewhere.",
    kinds={"sql"},
)
store_prices = dg.AssetSpec(
    "store_prices",
    deps=[processed_products],
    group_name=PRODUCT_UPDATE,
    skippable=True,
    description="What each store charges for each SKU today, and every price change: tables "
    "`prices` and `price_history`, view `store_prices`. Changes with each accepted file, and only "
    "for its store.",
    kinds={"sql"},
)


class ProductUpdateConfig(dg.Config):
    """Which file a run ingests."""

    file: str | None = Field(
        "",  # Dagster's launchpad opens with what has a default, and leaves out nulls
        description="Name of a file in product_inbox/. If empty, the oldest file that is ready.",
    )


@dg.multi_asset(name=INGEST_OP, specs=[processed_products, store_prices], pool=CATALOGUE_POOL)
def update_products(
    context: dg.AssetExecutionContext, config: ProductUpdateConfig, pipeline: PipelineResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Ingests one snapshot file: writes it in one transaction, or refuses and quarantines it."""
    with stoppable():
        forget_copied_outcome(context)
        ready = opened(context, pipeline)
        name = config.file or _next_file(context, ready)
        if name is None:
            context.log.info("No file in product_inbox/ is ready; there is nothing to do.")
            tag_outcome(context, RunOutcome.NOTHING)
            return
        work = partial(ingest_file, ready, name, context.run.run_id)
        is_named = bool(config.file)
        outcome = take(context, ready, ready.product_inbox, work, is_named=is_named)
    only_reports_follow(context.instance, context.run.run_id)
    if outcome.state is State.ARCHIVED and outcome.header is not None:
        # Only after the commit: a retry undoes the work, but a materialization cannot be undone.
        keys = ("processed_products", "store_prices")
        report_taken(
            context, outcome, {key: materialization_metadata(key, outcome) for key in keys}
        )
        context.log.info(f"{name} is in the catalogue; the file is now {outcome.place}")
    else:
        report_not_taken(context, "processed_products", outcome)
    report_refused_files(context, ready)
    yield from ()  # what was made is logged as events, whose outputs Dagster does not ask for


def _next_file(context: dg.AssetExecutionContext, pipeline: Pipeline) -> str | None:
    if context.retry_number:  # the first try chose it, and this run has it in flight
        return tagged_file(context)
    settled = SettledFiles(pipeline.settings.settle_s)
    runs = InstanceRuns(context.instance)
    found = recovered_survey(pipeline, runs, settled, pipeline.product_inbox)
    if not found.takeable:
        return None
    file = found.takeable[0].file
    tag_with(context, file)
    return file.name


product_update_job = dg.define_asset_job(
    PRODUCT_UPDATE,
    selection=dg.AssetSelection.assets("processed_products", "store_prices").without_checks(),
    executor_def=dg.in_process_executor,
    description="Ingests one file from product_inbox/ into the catalogue: the one named in the run "
    "config, or else the oldest that is ready.",
)
