"""`enrich`: processes the enrichment inbox until it is empty; `drain` starts with the same."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline_assets import stopping
from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import (
    Json,
    dagster_instance,
    definitions_here,
    open_pipeline,
    print_json,
)
from pipeline_assets.cli.enrichment_bar import EnrichmentBar
from pipeline_assets.cli.exit_statuses import FAILED, OK, STRICT
from pipeline_assets.services.operators import reports
from pipeline_assets.services.pipeline import Pipeline

if TYPE_CHECKING:
    import dagster as dg


def enrich(
    as_json: Json = False,
    strict: Annotated[bool, typer.Option(help="Exit with 3 if files were quarantined.")] = False,
) -> None:
    """Look up missing barcodes for the files in barcode_enrichment_inbox/, one file at a time.

    Known barcodes come from the catalogue, the others from the shop's product pages, one request
    at a time. Enriched files go to product_inbox/. An interrupted run resumes where it stopped.
    """
    pipeline = open_pipeline(waits=True)
    with dagster_instance() as instance:
        report = run_enrichment(pipeline, instance, is_quiet=as_json, waits=True)
    stopping.check()
    if as_json:
        print_json(report)
    raise typer.Exit(exit_status(report, strict=strict))


def run_enrichment(
    pipeline: Pipeline, instance: "dg.DagsterInstance", *, is_quiet: bool, waits: bool
) -> dict[str, Any]:
    """Enrich what can be enriched, show it, and return it as plain data."""
    from pipeline_assets.orchestration.drain import drain_enrichment

    with EnrichmentBar(is_quiet=is_quiet) as bar:
        definitions = definitions_here()
        drained = drain_enrichment(pipeline, instance, definitions, bar, bar, waits=waits)
    files = reports.enrichment_reports(pipeline, drained)
    if not is_quiet:
        terminal.show_enriched(files)
        terminal.show_left(drained.left)
    return {
        "files": [asdict(file) for file in files],
        "left": reports.left(drained.left),
    }


def exit_status(report: dict[str, Any], *, strict: bool = False) -> int:
    """The exit status of an enrichment."""
    outcomes = {one["outcome"] for one in report["files"]}
    if report["left"]["halted"] or outcomes & {"halted", "failed", "started"}:
        return FAILED
    return STRICT if strict and "quarantined" in outcomes else OK
