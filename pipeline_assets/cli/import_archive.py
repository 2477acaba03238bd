"""`import-archive`: the scrape files that an earlier system archived."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from pipeline_assets import stopping
from pipeline_assets.cli import terminal
from pipeline_assets.cli.bar import Bar
from pipeline_assets.cli.common import (
    Json,
    dagster_instance,
    definitions_here,
    open_pipeline,
    print_json,
)
from pipeline_assets.cli.exit_statuses import FAILED, OK, STRICT
from pipeline_assets.cli.finishing import finish_drain, has_finished
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.services.operators import reports
from pipeline_assets.services.operators.archive_import import (
    KNOWN,
    WAITING,
    ArchiveImport,
    ImportedFile,
    files_to_import,
)
from pipeline_assets.services.pipeline import Pipeline

if TYPE_CHECKING:
    import dagster as dg

# More would drive the totals out of sight; with --json all are listed.
_SHOWN_FILES = 40


def bring_in_archive(
    folder: Annotated[
        Path, typer.Argument(help="A folder with .jsonl and .jsonl.gz files, also in sub-folders.")
    ],
    strict: Annotated[
        bool, typer.Option(help="Exit with 3 if files were quarantined or rows rejected.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take the scrape files of an old archive in date order, leaving the folder as it is.

    Each file is copied into product_inbox/ and processed there by the same rules as a new one, a
    batch at a time; then comes post-processing. What was accepted or refused before is not taken
    again, so an import that was stopped goes on where it was. Of a store that has a later snapshot
    already, earlier ones are stale: import old files before new ones.
    """
    pipeline = open_pipeline(waits=True)
    wanted, paths = files_to_import(pipeline, folder)
    _read(wanted, paths, is_quiet=as_json)
    with dagster_instance() as instance:
        report = _import(pipeline, instance, wanted, is_quiet=as_json)
    if as_json:
        print_json({"folder": str(folder)} | report)
    raise typer.Exit(_exit_status(report, strict=strict))


def _read(wanted: ArchiveImport, paths: Sequence[Path], *, is_quiet: bool) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeElapsedColumn(), is_quiet=is_quiet) as bar:
        task = bar.shown.add_task("reading the folder", total=len(paths))
        for _ in wanted.read(paths):
            bar.shown.advance(task)


def _import(
    pipeline: Pipeline, instance: "dg.DagsterInstance", wanted: ArchiveImport, *, is_quiet: bool
) -> dict[str, Any]:
    from pipeline_assets.orchestration.archive_import import drain_archive

    with terminal.FileProgress(is_quiet=is_quiet) as progress:
        drained = drain_archive(pipeline, instance, definitions_here(), progress, wanted)
    of_runs = reports.file_reports(pipeline, drained)
    files = wanted.outcomes(of_runs, drained.left.halted)
    totals = reports.totals(of_runs) | dict(_counts(files))
    if not is_quiet:
        _show(files, totals)
        if drained.left.on_hold is not None:
            terminal.show_left(drained.left)
    stopping.check()
    return {
        "files": [asdict(file) for file in files],
        "totals": totals,
        "left": reports.left(drained.left),
        **finish_drain(pipeline, instance, is_quiet=is_quiet),
    }


def _counts(files: Sequence[ImportedFile]) -> dict[str, int]:
    """The files of the folder by what became of them."""
    outcomes = Counter(file.outcome for file in files)
    names = ("accepted", "quarantined", KNOWN, "halted", "failed", WAITING)
    others = sum(outcomes[name] for name in outcomes if name not in names)
    counts = {name: outcomes[name] for name in names} | {"files": len(files)}
    return counts | {"failed": counts["failed"] + others}


def _show(files: Sequence[ImportedFile], totals: dict[str, int]) -> None:
    told = [file for file in files if file.outcome not in ("accepted", KNOWN)]
    for file in told[:_SHOWN_FILES]:
        reason = f" ({file.reason})" if file.reason else ""
        terminal.say(visible(f"{file.path}: {file.outcome}{reason}: {file.message}"))
    if len(told) > _SHOWN_FILES:
        terminal.say(f"… and {len(told) - _SHOWN_FILES:,} more; --json lists all")
    terminal.say(
        f"{totals['files']:,} files: {totals['accepted']:,} accepted, {totals['quarantined']:,} "
        f"quarantined, {totals[KNOWN]:,} known before, {totals['halted']:,} halted, "
        f"{totals['failed']:,} failed, {totals[WAITING]:,} waiting. The folder is as it was."
    )


def _exit_status(report: dict[str, Any], *, strict: bool) -> int:
    totals = report["totals"]
    is_complete = not (totals["halted"] or totals["failed"] or totals[WAITING])
    if not (is_complete and has_finished(report)):
        return FAILED
    return STRICT if strict and (totals["quarantined"] or totals["rows_rejected"]) else OK
