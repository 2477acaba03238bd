"""Asset `catalogue_report`: one page for people on what the whole catalogue shows."""

from functools import partial

import dagster as dg

from pipeline_assets.orchestration.check_results import last_results
from pipeline_assets.orchestration.file_runs import opened, or_start_again
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.names import CATALOGUE_REPORT, PUBLISHED
from pipeline_assets.orchestration.origins import execute_here
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.services.overview.writing import (
    WrittenReport,
    is_report_due,
    write_catalogue_report,
)
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.steps import STEPS


@dg.asset(
    name=CATALOGUE_REPORT,
    deps=[STEPS[-1].name],
    group_name=PUBLISHED,
    description="`reports/catalogue.html`, a page for people that needs nothing else: who is "
    "cheapest on the products that companies share, the largest moves of the week, new and "
    "vanished articles, coverage by company and state, a map of store groups, data quality. Made "
    "after post-processing, and whenever somebody materializes it.",
    kinds={"file", "html"},
)
def catalogue_report(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult[None]:
    """Reads the catalogue and writes the page."""
    with stoppable():
        ready = opened(context, pipeline)
        work = partial(write_catalogue_report, ready, last_results(context.instance))
        message = "The report could not be written: {}. The last one is as it was."
        written = or_start_again(context, ready, message, work)
    return dg.MaterializeResult(metadata=_metadata(written))


def make_catalogue_report(
    pipeline: Pipeline, instance: dg.DagsterInstance, definitions: dg.Definitions
) -> dg.JobExecutionResult | None:
    """Materialize the asset alone, in this process; None if the page is up to date."""
    if not is_report_due(pipeline):
        return None
    whole = definitions.resolve_implicit_global_asset_job_def()
    alone = whole.get_subset(asset_selection={dg.AssetKey(CATALOGUE_REPORT)})
    logging = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return execute_here(instance, alone, logging)


def _metadata(written: WrittenReport) -> dict[str, dg.MetadataValue]:
    """Where the page is, and the figures at its top."""
    overview = written.overview
    figures = {
        "bytes": written.bytes,
        "products": overview.products,
        "products_shared": sum(
            products for companies, products in overview.shared_by.items() if companies > 1
        ),
        "companies": len(overview.standings),
        "prices": sum(one.prices for one in overview.standings),
        "prices_on_special": sum(one.specials for one in overview.standings),
        "stores_known": sum(one.stores_known for one in overview.standings),
        "stores_scraped": sum(one.stores_scraped for one in overview.standings),
        "stores_current": sum(one.stores_current for one in overview.standings),
        "prices_fallen": sum(one.falls for one in overview.weeks),
        "prices_risen": sum(one.rises for one in overview.weeks),
    }
    return {
        "path": dg.MetadataValue.path(str(written.path)),
        "seconds": dg.MetadataValue.float(round(written.seconds, 3)),
        **{name: dg.MetadataValue.int(figure) for name, figure in figures.items()},
    }
