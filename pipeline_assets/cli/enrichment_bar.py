"""How an enrichment looks on a terminal while it runs: rows done, found, none, left; requests."""

import time

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from pipeline_assets.cli.bar import Bar, errors
from pipeline_assets.domain.enrichment.rows import Outcome
from pipeline_assets.services.enrichment.progress import Figures

# Without a terminal, a line now and then has to do.
_LINE_EVERY_S = 60


class EnrichmentBar(Bar):
    """A bar over the current file's rows on a terminal, a line a minute elsewhere."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._says_lines = not (is_quiet or errors.is_terminal)
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
            is_quiet=is_quiet,
        )
        self._task = self.shown.add_task("reading the inbox", total=None, figures="")
        self._began_at = time.monotonic()
        self._line_at = self._began_at

    def begin(self, name: str, waiting: int) -> None:
        """Work on a file begins; `waiting` more are known."""
        more = f" (+{waiting})" if waiting else ""
        self._began_at = time.monotonic()
        self.shown.update(
            self._task, description=escape(name + more), completed=0, total=None, figures=""
        )

    def end(self, name: str, is_ok: bool) -> None:
        """Its run has ended."""
        self._line(f"{'enriched' if is_ok else 'FAILED on'} {name}")

    def pause(self, seconds: float, why: str) -> None:
        """No file can be processed for this long."""
        text = f"waiting {seconds:g} s: {why}"
        self.shown.update(self._task, description=escape(text))
        self._line_now_and_then(text)

    def progress(self, figures: Figures) -> None:
        """A row is done, or the work on the file begins."""
        text = self._in_words(figures)
        self.shown.update(
            self._task, completed=figures.rows_done, total=figures.rows_wanted, figures=text
        )
        self._line_now_and_then(f"{figures.rows_done:,} rows done: {text}")

    def says(self, message: str) -> None:
        """Something that people should know."""
        self.shown.console.print(message, markup=False)

    def _in_words(self, figures: Figures) -> str:
        minutes = (time.monotonic() - self._began_at) / 60
        pace = figures.requests / minutes if minutes else 0
        found = figures.by_outcome.get(Outcome.FOUND, 0)
        none = figures.by_outcome.get(Outcome.NONE, 0)
        return (
            f"{found:,} found, {none:,} none, {figures.rows_from_catalogue:,} known, "
            f"{figures.rows_left:,} left, {pace:,.0f} requests/min"
        )

    def _line_now_and_then(self, text: str) -> None:
        now = time.monotonic()
        if now - self._line_at >= _LINE_EVERY_S:
            self._line_at = now
            self._line(text)

    def _line(self, text: str) -> None:
        if self._says_lines:
            errors.print(text, markup=False)
