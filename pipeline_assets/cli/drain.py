"""`drain` and `post-process`: do the work that the sensors request, then end."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline_assets import stopping
from pipeline_assets.cli import bar, terminal
from pipeline_assets.cli.common import (
    Json,
    dagster_instance,
    definitions_here,
    open_pipeline,
    print_json,
    shown_path,
)
from pipeline_assets.cli.enrich import exit_status as enrichment_status
from pipeline_assets.cli.enrich import run_enrichment
from pipeline_assets.cli.exit_statuses import FAILED, OK, STRICT
from pipeline_assets.cli.finishing import (
    finish_drain,
    has_finished,
    run_post_processing,
    show_where_the_report_is,
)
from pipeline_assets.services.operators import reports
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions

if TYPE_CHECKING:
    import dagster as dg


def drain(
    as_json: Json = False,
    strict: Annotated[
        bool, typer.Option(help="Exit with 3 if files were quarantined or rows rejected.")
    ] = False,
    with_sample: Annotated[
        bool,
        typer.Option(
            help="First put sample files into the inboxes, if the catalogue is the embedded "
            "default, nothing was ever ingested and both inboxes are empty."
        ),
    ] = False,
) -> None:
    """Process the files in both inboxes until none is left that it can process; then post-process.

    Files in barcode_enrichment_inbox/ come first, so that this command ingests them too. Each
    file is one Dagster run, which you can look up later in the UI. Refused files go to quarantine/
    with the reason next to them; nothing is deleted.
    """
    pipeline = open_pipeline(waits=True)
    if with_sample:
        from pipeline_assets.services.operators.first_run import place_sample_on_first_run

        if place_sample_on_first_run(pipeline):
            bar.errors.print(
                "Nothing has been ingested yet, so sample files were put into the inboxes."
            )
    with dagster_instance() as instance:
        report = _drain(pipeline, instance, is_quiet=as_json)
    if as_json:
        print_json(report)
    raise typer.Exit(_exit_status(report, strict=strict))


def _drain(pipeline: Pipeline, instance: "dg.DagsterInstance", *, is_quiet: bool) -> dict[str, Any]:
    from pipeline_assets.orchestration.drain import drain_products

    enriched = run_enrichment(pipeline, instance, is_quiet=is_quiet, waits=False)
    stopping.check()
    with terminal.FileProgress(is_quiet=is_quiet) as progress:
        drained = drain_products(pipeline, instance, definitions_here(), progress)
    files = reports.file_reports(pipeline, drained)
    totals = reports.totals(files)
    if not is_quiet:
        terminal.show_files(files)
        terminal.show_totals(totals)
        terminal.show_left(drained.left)
    stopping.check()
    ended = finish_drain(pipeline, instance, is_quiet=is_quiet)
    if not is_quiet:
        terminal.show_next_steps(_next_steps(pipeline))
        show_where_the_report_is(ended)
    return {
        "barcode_enrichment": enriched,
        "files": [asdict(file) for file in files],
        "totals": totals,
        "left": reports.left(drained.left),
        **ended,
    }


def post_process(
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option(help="Show the plan and change nothing.")] = False,
    relaxed_staleness: Annotated[
        bool,
        typer.Option(help='Count "current" from a company\'s newest scrape instead of from now.'),
    ] = False,
    min_agreement: Annotated[
        str | None,
        typer.Option(help="Smallest share of equal prices at which two stores match: 0.98."),
    ] = None,
    min_common: Annotated[
        str | None,
        typer.Option(help="Smallest share of the larger list that both stores must sell: 2/3."),
    ] = None,
    current_days: Annotated[
        int | None, typer.Option(min=0, help="A store is current for this many days: 7.")
    ] = None,
) -> None:
    """Run only the final steps: brands, products, store groups, clean-up, translation tables.

    Reads no inbox and ingests nothing. Runs job `post_process_only`, which is visible in the UI.
    """
    options = PostProcessingOptions(
        dry_run, relaxed_staleness, min_agreement, min_common, current_days
    )
    pipeline = open_pipeline()
    options.grouping(pipeline.settings)  # an invalid threshold is reported before the run
    with dagster_instance() as instance:
        report = run_post_processing(instance, options, is_quiet=as_json)
    if as_json:
        print_json(report)
    raise typer.Exit(OK if report["success"] else FAILED)


def _next_steps(pipeline: Pipeline) -> list[str]:
    data = shown_path(pipeline.folders.data)
    return [
        f"the catalogue        {pipeline.settings.shown_database_url} (view store_prices)",
        *([f"the data sets        {data}/published/latest/"] if pipeline.settings.publish else []),
        f"refused files        {data}/quarantine/<reason>/, each with a .json that explains why",
        f"rejected rows        {data}/rejects/",
        f"what is waiting      {shown_path(Path(sys.argv[0]))} status",
        "runs and assets      make dev, then http://127.0.0.1:3000",
    ]


def _exit_status(report: dict[str, Any], *, strict: bool) -> int:
    totals = report["totals"]
    if totals["halted"] or totals["failed"] or report["left"]["halted"]:
        return FAILED
    if report["left"].get("on_hold") or not has_finished(report):
        return FAILED
    enriched = enrichment_status(report["barcode_enrichment"], strict=strict)
    if enriched != OK:
        return enriched
    if strict and (totals["quarantined"] or totals["rows_rejected"]):
        return STRICT
    return OK
