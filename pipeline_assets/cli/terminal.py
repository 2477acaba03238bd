"""How the commands look on a terminal: progress bars, tables, sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from pipeline_assets.catalogue.reports import FILE_FIGURES, FileReport
from pipeline_assets.cli.bar import Bar, console, errors
from pipeline_assets.domain.enrichment.rows import SERVED, Outcome
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.operators.remedies import requeue_command
from pipeline_assets.stopping import Interrupted

STYLES = {
    "accepted": "green",
    "enriched": "green",
    "quarantined": "yellow",
    "halted": "red",
    "failed": "red",
}


class FileProgress(Bar):
    """A bar over the files of a drain on a terminal, a line per file elsewhere."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_quiet = is_quiet
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            is_quiet=is_quiet,
        )
        self._task = self.shown.add_task("reading the inbox", total=None)
        self._done = 0

    def begin(self, name: str, waiting: int) -> None:
        """Work on a file begins; `waiting` more are known."""
        total = self._done + 1 + waiting
        self.shown.update(
            self._task, description=escape(visible(name)), total=total, completed=self._done
        )

    def end(self, name: str, is_ok: bool) -> None:
        """Its run has ended."""
        self._done += 1
        self.shown.update(self._task, completed=self._done)
        if not errors.is_terminal and not self._is_quiet:
            errors.print(f"{'processed' if is_ok else 'FAILED on'} {visible(name)}", markup=False)

    def pause(self, seconds: float, why: str) -> None:
        """No file can be processed for this long."""
        text = f"waiting {seconds:g} s: {why}"
        self.shown.update(self._task, description=escape(text))
        if not errors.is_terminal and not self._is_quiet:
            errors.print(text, markup=False)


def show_files(reports: Sequence[FileReport]) -> None:
    """A table of the files of a drain, and under it why each refused one was refused."""
    if not reports:
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("file", no_wrap=True)
    table.add_column("outcome", no_wrap=True, min_width=len("quarantined"))
    for heading in ("rows", "rejects", "products", "prices", "changed", "gone"):
        table.add_column(heading, justify="right", no_wrap=True, min_width=len(heading))
    for report in reports:
        table.add_row(escape(_shortened(report.name)), _outcome(report), *_cells(report.figures))
    console.print(table)
    _show_reasons(reports)


def _show_reasons(reports: Sequence[FileReport]) -> None:
    for report in reports:
        if report.message and report.outcome in ("quarantined", "halted", "failed"):
            style = STYLES[report.outcome]
            reason = f" ({report.reason})" if report.reason else ""
            name = escape(visible(report.name))
            console.print(f"\n[{style}]{name}[/]{reason}: {escape(visible(report.message))}")


def _shortened(name: str) -> str:
    """A file name cut to the terminal's width; its end is kept because it holds the date."""
    room = max(24, console.width - 57)
    name = visible(name)
    return name if len(name) <= room else f"{name[: room - 18]}…{name[-17:]}"


def show_totals(totals: Mapping[str, int]) -> None:
    """The totals of a drain in one paragraph."""
    console.print(
        f"\n[bold]{_count(totals['files'], 'file')}[/]: {totals['accepted']} accepted, "
        f"{totals['quarantined']} quarantined, {totals['halted']} halted. "
        f"{_count(totals['rows_read'], 'row')} read, {totals['rows_rejected']:,} rejected. "
        f"{_count(totals['products_new'], 'new product')}; prices: {totals['prices_new']:,} new, "
        f"{totals['prices_changed']:,} changed, {totals['prices_unchanged']:,} unchanged, "
        f"{totals['prices_delisted']:,} delisted."
    )


def show_enriched(reports: Sequence[FileReport]) -> None:
    """A table of the files of an enrichment, and why any was not enriched."""
    if not reports:
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("barcode enrichment", no_wrap=True)
    table.add_column("outcome", no_wrap=True, min_width=len("quarantined"))
    headings = {
        "rows": "rows_read",
        "known": "rows_from_catalogue",
        "found": "rows_found",
        "none": "rows_none",
        "open": "rows_unanswered",
    }
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True, min_width=len(heading))
    for one in reports:
        cells = [f"{one.figures[key]:,}" if one.figures else "-" for key in headings.values()]
        outcome = replace(one, outcome="enriched") if one.outcome == "accepted" else one
        table.add_row(escape(_shortened(one.name)), _outcome(outcome), *cells)
    console.print(table)
    for one in reports:
        _show_open_rows(one)
    _show_reasons(reports)
    console.print()


def _show_open_rows(report: FileReport) -> None:
    """Why rows of a file stay open."""
    reasons = {why: report.figures.get(f"rows_{why}", 0) for why in Outcome if why not in SERVED}
    told = ", ".join(f"{rows:,} {why}" for why, rows in reasons.items() if rows)
    if told:
        rows = _count(sum(reasons.values()), "row")
        console.print(f"{visible(report.name)}: {rows} open: {told}", markup=False)


def show_left(left: Survey) -> None:
    """What stays in an inbox, and why."""
    if left.on_hold is not None:
        console.print(f"left: all files. {left.on_hold}", markup=False)
        return
    for name in left.halted:
        console.print(
            f"left: {visible(name)}: halted (pipeline-assets status shows why); once that is "
            f"fixed, run: {requeue_command(name)}",
            markup=False,
        )
    for name, why in left.others.items():
        console.print(f"left: {visible(name)}: {why}", markup=False)
    for file in left.unsettled:
        console.print(f"left: {visible(file.name)}: it is still changing", markup=False)
    for file in left.in_flight:
        console.print(f"left: {visible(file.name)}: another run is working on it", markup=False)
    for one in left.waiting:
        console.print(
            f"left: {visible(one.file.name)}: it is waiting for another file of its store",
            markup=False,
        )
    for one in left.takeable:
        console.print(f"left: {visible(one.file.name)}: it was tried just now", markup=False)


def show_steps(report: Mapping[str, Any]) -> None:
    """What each step of post-processing changed."""
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("post-processing", no_wrap=True)
    table.add_column("changed", justify="right", no_wrap=True)
    table.add_column("figures")
    for step in report["steps"]:
        hidden = {"step", "changed", "seconds", "dry_run", "details", "dagster/row_count"}
        figures = [f"{name} {value:,}" for name, value in step.items() if name not in hidden]
        table.add_row(step["step"], f"{step['changed']:,}", ", ".join(figures))
    console.print(table)
    if any(step["dry_run"] for step in report["steps"]):
        console.print("This was a dry run: nothing was changed.")
    for step, message in report["failed"].items():
        console.print(f"[red]{step} failed[/]: {escape(message)}")


@contextmanager
def working(what: str, *, is_quiet: bool) -> Iterator[None]:
    """On a terminal, show that work is in progress."""
    with Bar(SpinnerColumn(), TextColumn("{task.description}"), is_quiet=is_quiet) as bar:
        bar.shown.add_task(what, total=None)
        yield


def say(text: str) -> None:
    """One line."""
    console.print(text, markup=False)


def show_error(error: Exception | str) -> None:
    """An error that is meant for people."""
    errors.print(f"[red]error[/]: {escape(str(error))}")


def show_warning(text: str) -> None:
    """Something that is not an error and should be looked at."""
    errors.print(f"[yellow]warning[/]: {escape(text)}")


def show_notice(text: str) -> None:
    """Something that is no error, beside the answer: on stderr, so that scripts do not read it."""
    errors.print(visible(text), markup=False)


def ask(text: str) -> None:
    """A question to the person at the terminal; what is typed comes after it."""
    errors.print(text, markup=False, end="")


def show_interrupted(stop: Interrupted, files_left: Mapping[str, int | None]) -> None:
    """That a signal stopped the command, and what is left; None where nobody can say."""
    unknown = "an unknown number of files"
    left = [
        f"{unknown if n is None else _count(n, 'file')} in {name}/"
        for name, n in files_left.items()
        if n != 0
    ]
    errors.print(
        f"{stop} Nothing is half done. Left: {' and '.join(left) or 'no file'}. "
        "Run the command again to go on.",
        markup=False,
    )


def show_next_steps(lines: Iterable[str]) -> None:
    """Where to look next."""
    console.print()
    for line in lines:
        console.print(f"  {line}", markup=False)


def _outcome(report: FileReport) -> str:
    return f"[{STYLES.get(report.outcome, 'default')}]{report.outcome}[/]"


def _cells(figures: Mapping[str, int]) -> list[str]:
    wanted = [FILE_FIGURES[0], "rows_rejected", "products_new", "prices_new", "prices_changed"]
    return [f"{figures[name]:,}" if figures else "-" for name in [*wanted, "prices_delisted"]]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
