"""The progress of a file's enrichment: kept in the catalogue, reported to a watcher."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol

from pipeline_assets import stopping
from pipeline_assets.catalogue import enrichment
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.enrichment.rows import Answer, AnswerSource, Outcome, Wanted
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of a file by what happened to them.

    `rows_wanted` lack a barcode: `rows_from_catalogue` of them were known, and `by_outcome` counts
    what pages have said about the others so far. `requests` counts this run's requests, including
    redirects and retries.
    """

    rows_read: int = 0
    rows_wanted: int = 0
    rows_from_catalogue: int = 0
    requests: int = 0
    by_outcome: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_done(self) -> int:
        """The rows that have an answer."""
        return self.rows_from_catalogue + sum(self.by_outcome.values())

    @property
    def rows_left(self) -> int:
        """The rows whose pages still have to be requested."""
        return self.rows_wanted - self.rows_done

    def as_columns(self) -> dict[str, int]:
        """What the catalogue stores about a finished file."""
        found = self.by_outcome.get(Outcome.FOUND, 0)
        none = self.by_outcome.get(Outcome.NONE, 0)
        return {
            "rows_read": self.rows_read,
            "rows_from_catalogue": self.rows_from_catalogue,
            "rows_found": found,
            "rows_none": none,
            "rows_unanswered": sum(self.by_outcome.values()) - found - none,
        }

    def as_counts(self) -> dict[str, int]:
        """All figures, as Dagster and the terminal show them."""
        plain = {name: n for name, n in asdict(self).items() if name != "by_outcome"}
        outcomes = {f"rows_{o.value}": self.by_outcome.get(o.value, 0) for o in Outcome}
        return plain | outcomes


class Watcher(Protocol):
    """Is notified of an enrichment's progress."""

    def progress(self, figures: Figures) -> None:
        """A row is done, or the work on the file begins."""

    def says(self, message: str) -> None:
        """Report something that people should know, such as a block or a renewed session."""


class Silent:
    """Reports nothing."""

    def progress(self, figures: Figures) -> None:
        """A row is done."""

    def says(self, message: str) -> None:
        """Something happened."""


class _CountsRequests(Protocol):
    requests: int


class Progress:
    """Saves answers as they arrive: `answers` by line number, and the current `figures`."""

    def __init__(self, pipeline: Pipeline, digest: str, watcher: Watcher, rows_read: int) -> None:
        self.answers: dict[int, Answer] = {}
        self._pipeline = pipeline
        self._digest = digest
        self._watcher = watcher
        self._rows_read = rows_read
        self._wanted = 0
        self._fetcher: _CountsRequests | None = None

    def begin(
        self,
        wanted: Sequence[Wanted],
        so_far: Mapping[int, Answer],
        known: Mapping[str, Answer],
    ) -> list[Wanted]:
        """Start from what earlier runs (by line) and the catalogue (by SKU) know.

        Returns the rows whose pages still have to be requested.
        """
        self._wanted = len(wanted)
        for row in wanted:
            answer = so_far.get(row.line) or known.get(row.sku)
            if answer is not None:
                self.answers[row.line] = answer
        self._watcher.progress(self.figures)
        return [row for row in wanted if row.line not in self.answers]

    def counts_requests_of(self, fetcher: _CountsRequests) -> None:
        """Take the figure `requests` from this fetcher."""
        self._fetcher = fetcher

    @property
    def figures(self) -> Figures:
        """The rows by what has happened to them so far."""
        asked = [one for one in self.answers.values() if one.source is AnswerSource.PAGE]
        return Figures(
            self._rows_read,
            self._wanted,
            len(self.answers) - len(asked),
            self._fetcher.requests if self._fetcher else 0,
            Counter(one.outcome.value for one in asked),
        )

    def done(self, row: Wanted, answer: Answer) -> None:
        """Save a row's answer in the catalogue before anything else is requested.

        Then raise `Interrupted` if the process was asked to stop.
        """
        now = self._pipeline.clock()
        with stopping.finishing(), writing(self._pipeline.engine) as connection:
            enrichment.keep_answer(connection, self._digest, row.line, answer, now)
        self.answers[row.line] = answer
        self._watcher.progress(self.figures)
        stopping.check()

    def forget(self, rows: Sequence[Wanted]) -> None:
        """Drop these rows' answers; the next run requests their pages again."""
        with writing(self._pipeline.engine) as connection:
            enrichment.forget_answers(connection, self._digest, [row.line for row in rows])

    def says(self, message: str) -> None:
        """Pass it on to the watcher."""
        self._watcher.says(message)
