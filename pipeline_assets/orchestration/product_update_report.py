"""Asset `product_update_report`: what happened to the files of the last day, at a glance."""

from functools import partial

import dagster as dg

from pipeline_assets.orchestration.checks import catalogue_check_selection
from pipeline_assets.orchestration.file_runs import opened, or_start_again
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.metadata import price_metadata, table_value
from pipeline_assets.orchestration.names import (
    PRODUCT_UPDATE,
    PRODUCT_UPDATE_REPORT,
    REPORT_OP,
    REPORTED_TAG,
)
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.reporting.attention import attention_list
from pipeline_assets.reporting.file_table import file_rows, local_time
from pipeline_assets.reporting.tables import markdown_table
from pipeline_assets.services.operators.update_report import (
    UpdateReport,
    command_for,
    make_update_report,
)
from pipeline_assets.settings import Settings

# Further ones are counted: a page of thousands of lines helps nobody.
_MOST_FILES = 100
_NO_FILE = "No file was handled in this window."


# The step has a name of its own, because a job and a step of one name are refused.
@dg.multi_asset(
    name=REPORT_OP,
    specs=[
        dg.AssetSpec(
            PRODUCT_UPDATE_REPORT,
            deps=["processed_products", "store_prices"],
            group_name=PRODUCT_UPDATE,
            description="What happened to the files of the last day (`PIPELINE_REPORT_WINDOW_S`), "
            "newest first: outcome and reason, rows, what became of prices, and what to do about "
            "refused files; the day's price changes and the catalogue's growth as pictures, and "
            "the largest rises and falls. Made once the product inbox is drained, after "
            "post-processing, and whenever somebody materializes it.",
            kinds={"markdown"},
        )
    ],
)
def product_update_report(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult[None]:
    """Reads the report and shows it."""
    with stoppable():
        ready = opened(context, pipeline)
        work = partial(make_update_report, ready, _MOST_FILES)
        report = or_start_again(context, ready, "The report could not be read: {}.", work)
    if report.until is not None:
        tags = {REPORTED_TAG: report.until.isoformat()}
        context.instance.add_run_tags(context.run.run_id, tags)
    return dg.MaterializeResult(metadata=report_metadata(report, ready.settings))


def report_metadata(report: UpdateReport, settings: Settings) -> dict[str, dg.MetadataValue]:
    """What is to be done, the table of files for readers and for programs, and figures.

    Figures are of the whole, so that their lines over time mean something. The day's prices are
    pictures and tables.
    """
    log, holdings = report.log, report.holdings
    rows = file_rows(log.files, settings.zone, command_for)
    more = f"\n\n… and {log.not_shown:,} older ones" if log.not_shown else ""
    counts = {
        "files_handled": sum(log.outcomes.values()),
        "files_accepted": log.outcomes.get("accepted", 0),
        "files_refused": log.outcomes.get("quarantined", 0),
        "files_halted": log.outcomes.get("halted", 0),
        "prices": holdings.prices,
        "skus": holdings.skus,
        "stores": holdings.stores,
        "stores_current": holdings.stores_current,
    }
    shown: dict[str, dg.MetadataValue] = {
        "to_do": dg.MetadataValue.md(attention_list(log.files, command_for)),
        "window": dg.MetadataValue.text(_window(report, settings)),
        "files": dg.MetadataValue.md((markdown_table(rows) or _NO_FILE) + more),
        "outcomes": dg.MetadataValue.json(dict(log.outcomes)),
        **{name: dg.MetadataValue.int(count) for name, count in counts.items()},
    }
    if log.refused_share is not None:
        shown["share_refused"] = dg.MetadataValue.float(round(log.refused_share, 4))
    shown |= price_metadata(report.day_of_prices)
    if rows:  # last, as its page shows it at full length
        shown["file_records"] = table_value(rows)
    return shown


def _window(report: UpdateReport, settings: Settings) -> str:
    since, until = (local_time(one, settings.zone) for one in (report.log.since, report.made_at))
    return f"{since} to {until} ({settings.timezone})"


product_update_report_job = dg.define_asset_job(
    PRODUCT_UPDATE_REPORT,
    selection=dg.AssetSelection.assets(PRODUCT_UPDATE_REPORT).without_checks()
    | catalogue_check_selection(),
    executor_def=dg.in_process_executor,
    description="Reports what happened to the last files, and checks the whole catalogue.",
)
