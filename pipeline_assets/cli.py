"""The command line: `pipeline-assets drain | status | requeue | sample`, each with `--json`.

Exit status: 0 when all was handled, 1 when something halted or failed, 2 for wrong usage, and
with `--strict` 3 when files were quarantined or rows rejected. Dagster is imported by the commands
that need it, so that `--help` is quick.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline_assets import terminal
from pipeline_assets.errors import PipelineError, UsageError
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings

OK, FAILED, USAGE, STRICT = 0, 1, 2, 3

app = typer.Typer(
    help="Supermarkets' scrape files into one catalogue of products and prices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, for scripts.")]


@app.command()
def drain(
    as_json: Json = False,
    strict: Annotated[
        bool, typer.Option(help="Exit with 3 when files were quarantined or rows rejected.")
    ] = False,
    with_sample: Annotated[
        bool,
        typer.Option(
            help="Put the shipped sample into the inboxes first, where the catalogue is the "
            "embedded default, nothing was ever ingested and both inboxes are empty."
        ),
    ] = False,
) -> None:
    """Take the files of the inboxes until none is left that can be taken; then post-process.

    Each file is one Dagster run, visible later in the UI. Refused files go to quarantine/ with the
    reason beside them; nothing is deleted.
    """
    from pipeline_assets.services.first_run import place_sample_on_first_run

    pipeline = _pipeline()
    if with_sample and place_sample_on_first_run(pipeline):
        terminal.errors.print("Nothing was ever ingested: the shipped sample is in the inboxes.")
    with _dagster_instance() as instance:
        report = _drain(pipeline, instance, is_quiet=as_json)
    if as_json:
        _print_json(report)
    raise typer.Exit(_exit_status(report, strict=strict))


def _drain(pipeline: Pipeline, instance: Any, *, is_quiet: bool) -> dict[str, Any]:
    from pipeline_assets.definitions import defs
    from pipeline_assets.orchestration.drain import drain_products
    from pipeline_assets.services import reporting

    with terminal.FileProgress(is_quiet=is_quiet) as progress:
        drained = drain_products(pipeline, instance, defs, progress)
    reports = reporting.file_reports(pipeline, drained)
    totals = reporting.totals(reports)
    enrichment = reporting.enrichment_files(pipeline)
    if not is_quiet:
        terminal.show_files(reports)
        terminal.show_totals(totals)
        terminal.show_left(drained.left, enrichment)
        terminal.show_next_steps(_next_steps(pipeline))
    return {
        "files": [asdict(report) for report in reports],
        "totals": totals,
        "left": reporting.left(drained.left) | {"barcode_enrichment_inbox": enrichment},
    }


def _next_steps(pipeline: Pipeline) -> list[str]:
    data = _shown(pipeline.folders.data)
    return [
        f"the catalogue        {pipeline.settings.shown_database_url} (view store_prices)",
        f"refused files        {data}/quarantine/<reason>/, each with its reason in a .json",
        f"rejected rows        {data}/rejects/",
        "what waits, and why  pipeline-assets status",
        "runs and assets      make dev, then http://127.0.0.1:3000",
    ]


@app.command()
def status(as_json: Json = False) -> None:
    """Show what waits, what is stuck and why, what was refused, what the catalogue holds."""
    from pipeline_assets.orchestration.run_records import InstanceRuns
    from pipeline_assets.services import reporting
    from pipeline_assets.services.status import status as find_status

    pipeline = _pipeline()
    with _dagster_instance() as instance:
        found = find_status(pipeline, InstanceRuns(instance))
    if as_json:
        shown = asdict(found) | {"product_inbox": reporting.inbox(found.product_inbox)}
        _print_json(shown)
    else:
        terminal.show_status(found)
    raise typer.Exit(FAILED if found.product_inbox.halted else OK)


@app.command()
def requeue(
    file: Annotated[
        str | None, typer.Argument(help="Name of a halted file, or name or path of a refused one.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Permit this snapshot to be partial, once.")] = False,
    all_halted: Annotated[bool, typer.Option(help="Requeue every halted file.")] = False,
    as_json: Json = False,
) -> None:
    """Have a halted file taken again, or send a refused one back from quarantine."""
    from pipeline_assets.services.requeue import requeue as requeue_file
    from pipeline_assets.services.requeue import requeue_all_halted

    if (file is None) != all_halted:
        raise UsageError("Name one FILE, or use --all-halted.")
    pipeline = _pipeline()
    if file is None:
        requeued = requeue_all_halted(pipeline)
    else:
        requeued = [requeue_file(pipeline, file, force=force)]
    if as_json:
        _print_json({"requeued": [asdict(one) for one in requeued]})
    else:
        for one in requeued:
            terminal.console.print(f"{one.name} (from {one.came_from}) will be taken again")
        if not requeued:
            terminal.console.print("No file of the product inbox is halted.")


@app.command()
def sample(
    as_json: Json = False,
    last_day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day of the sample; today by default."),
    ] = None,
) -> None:
    """Write the shipped sample into the inboxes: several companies and stores over three days."""
    from pipeline_assets.sample.writer import write_sample

    settings = Settings()
    day = last_day.date() if last_day else _today(settings)
    paths = write_sample(settings.data_path, day)
    if as_json:
        _print_json({"last_day": day.isoformat(), "files": [str(path) for path in paths]})
    else:
        terminal.console.print(f"{len(paths)} files in the inboxes of {_shown(settings.data_path)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error that is meant for people is one sentence on stderr."""
    try:
        app(arguments)
    except UsageError as error:
        terminal.errors.print(f"[red]error[/]: {error}")
        sys.exit(USAGE)
    except PipelineError as error:
        terminal.errors.print(f"[red]error[/]: {error}")
        sys.exit(FAILED)


def _pipeline() -> Pipeline:
    settings = Settings()
    # Runs read the environment again, and the working folder changes to DAGSTER_HOME.
    os.environ["PIPELINE_DATA_DIR"] = str(settings.data_path)
    return Pipeline(settings).prepare()


@contextmanager
def _dagster_instance() -> Iterator[Any]:
    from pipeline_assets.orchestration.instance import enter_dagster_home, open_instance

    enter_dagster_home()
    with open_instance() as instance:
        yield instance


def _exit_status(report: dict[str, Any], *, strict: bool) -> int:
    totals = report["totals"]
    if totals["halted"] or totals["failed"] or report["left"]["halted"]:
        return FAILED
    if strict and (totals["quarantined"] or totals["rows_rejected"]):
        return STRICT
    return OK


def _today(settings: Settings) -> date:
    return datetime.now(settings.zone).date()


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else str(path)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
