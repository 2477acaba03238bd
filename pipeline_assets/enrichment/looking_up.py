"""Looks up rows one by one: what a block, a page that is gone and an outage lead to.

A block means that the session no longer works, or that this one row is never shown. To find out
which, the session is renewed and the row requested again; if it is still blocked, another row is
requested in that session. If that one is served, the session works, and the first row passes
through unmarked.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline_assets.domain.enrichment.product_pages import read_product_page
from pipeline_assets.domain.enrichment.rows import SERVED, UNASKED, Answer, Outcome, Wanted
from pipeline_assets.enrichment.fetching import Fetched, PageFetcher
from pipeline_assets.enrichment.sessions import Sessions
from pipeline_assets.errors import EnrichmentStoppedError, SessionError


@dataclass(frozen=True, slots=True)
class Patience:
    """When to give up: renewals without a finished row, unavailable rows in a row.

    Also the seconds to wait before each renewal except the first.
    """

    max_renewals: int = 5
    max_unavailable: int = 20
    renewal_wait_s: float = 30


class Listener(Protocol):
    """Is notified of what happens; `done` must have saved the answer when it returns."""

    def done(self, row: Wanted, answer: Answer) -> None:
        """A row has its answer."""

    def forget(self, rows: Sequence[Wanted]) -> None:
        """These rows' answers do not count: their pages are to be requested again another time."""

    def says(self, message: str) -> None:
        """Something that people who read the log should know."""


class LookUp:
    """Requests the pages of rows, and passes each answer to a `Listener`."""

    def __init__(
        self,
        fetcher: PageFetcher,
        sessions: Sessions,
        patience: Patience,
        listener: Listener,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetcher = fetcher
        self._sessions = sessions
        self._patience = patience
        self._listener = listener
        self._clock = clock
        self._sleep = sleep
        self._pending: list[Wanted] = []
        self._renewals = 0
        self._has_session = False
        self._session_serves = False
        self._blocked: set[int] = set()
        self._unavailable: list[Wanted] = []
        self._obstacles: Counter[str] = Counter()
        self._some_asked = False
        self._probe: Wanted | None = None
        self._known: dict[tuple[str, str], Answer] = {}

    def run(
        self, rows: Sequence[Wanted], probe: Wanted | None = None, *, some_asked: bool = False
    ) -> None:
        """Request every row, in order; `probe` is a row whose page was served before, if any.

        `some_asked`: an earlier run has reached the server for other rows of the file.

        Raises `EnrichmentStoppedError` when there is no point in going on, and at the end when no
        server could be asked for any row.
        """
        self._pending = list(rows)
        self._probe = probe
        self._some_asked = some_asked
        while self._pending:
            self._take(self._pending[0])
        if self._obstacles and not self._some_asked:
            raise self._none_asked()

    def _take(self, row: Wanted) -> None:
        answer = self._known.get((row.sku, row.url)) or self._ask(row)
        if answer.outcome is not Outcome.BLOCKED:
            self._finish(row, answer)
        elif self._session_serves and row.line in self._blocked:
            self._listener.says(
                f"Line {row.line} ({row.url}) stays blocked; it passes through unmarked."
            )
            self._finish(row, answer)
        else:
            self._blocked.add(row.line)
            self._resolve_block(row)

    def _resolve_block(self, row: Wanted) -> None:
        """Renew until the row is served, or another one is in the same session.

        In the second case the row is requested once more; if it is still blocked, it passes
        through.
        """
        while True:
            self._renew(row)
            again = self._ask(row)
            if again.outcome is not Outcome.BLOCKED:
                return self._finish(row, again)
            other = self._other_than(row)
            answer = self._ask(other) if other is not None else again
            if other is None or answer.outcome is Outcome.BLOCKED:
                self._blocked |= {other.line} if other is not None else set()
                continue
            if other in self._pending:
                self._finish(other, answer)
            return None

    def _other_than(self, row: Wanted) -> Wanted | None:
        """A row to test the session with, a different one each time: a later row or the probe."""
        others = [one for one in self._pending if one is not row]
        if self._probe is not None:
            others.insert(1, self._probe)
        return others[(self._renewals - 1) % len(others)] if others else None

    def _renew(self, row: Wanted) -> None:
        if self._renewals >= self._patience.max_renewals:
            raise EnrichmentStoppedError(
                f"{self._renewals} renewed sessions in a row were blocked before any row was "
                f"served, the last one at line {row.line}, {row.url}. {self._sessions.advice}"
            )
        if self._renewals:
            self._sleep(self._patience.renewal_wait_s)
        self._renewals += 1
        self._listener.says(f"Line {row.line} is blocked; renewing the session.")
        self._open_session(row)

    def _open_session(self, row: Wanted) -> None:
        self._session_serves = False
        try:
            self._fetcher.use(self._sessions.renew(row.url))
        except SessionError as error:
            self._listener.says(str(error))
        self._has_session = True

    def _ask(self, row: Wanted) -> Answer:
        objection = self._fetcher.objection(row.url)
        if objection is not None:
            return Answer(Outcome.FORBIDDEN, detail=objection)
        if not self._has_session:
            self._open_session(row)
        answer = _answer(row, self._fetcher.fetch(row.url), self._clock())
        if answer.outcome in SERVED:
            self._session_serves = True
            self._probe = row
        return answer

    def _finish(self, row: Wanted, answer: Answer) -> None:
        self._pending.remove(row)
        if answer.outcome in SERVED:
            self._known[row.sku, row.url] = answer
        self._listener.done(row, answer)
        if answer.outcome in UNASKED:
            self._obstacles[answer.detail] += 1
        else:
            self._some_asked = True
        if answer.outcome in (Outcome.UNAVAILABLE, Outcome.UNREACHABLE):
            self._unavailable.append(row)
            if len(self._unavailable) >= self._patience.max_unavailable:
                self._listener.forget(self._unavailable)
                if not self._some_asked:
                    raise self._none_asked()
                raise EnrichmentStoppedError(
                    f"{len(self._unavailable)} pages in a row were unavailable, the last one "
                    f"{row.url}. Check that the shop's site is up, then requeue the file; these "
                    "rows are looked up again."
                )
        elif answer.outcome is not Outcome.FORBIDDEN:
            self._unavailable.clear()
            self._renewals = 0

    def _none_asked(self) -> EnrichmentStoppedError:
        """The error that names the hosts and the setting that kept every page from being asked."""
        number = self._obstacles.total()
        told = [f"{why} ({rows:,} rows)" for why, rows in self._obstacles.most_common(3)]
        more = len(self._obstacles) - len(told)
        told += [f"and {more:,} more such hosts or addresses"] if more else []
        return EnrichmentStoppedError(
            f"no page could be requested for any of the {number:,} rows that need one: "
            f"{'; '.join(told)}. If these hosts may be asked, list them in "
            "PIPELINE_ENRICHMENT_HOSTS and see that they can be reached, then requeue the file. "
            "To have it taken without these barcodes, move it to product_inbox/"
        )


def _answer(row: Wanted, fetched: Fetched, now: datetime) -> Answer:
    if fetched.body is None:
        return Answer(
            fetched.outcome or Outcome.UNREADABLE, None, checked_at=now, detail=fetched.detail
        )
    page = read_product_page(fetched.body, row.sku)
    if page is None:
        return Answer(Outcome.BLOCKED, checked_at=now)
    if page.barcode is not None:
        return Answer(Outcome.FOUND, page.barcode, checked_at=now)
    return Answer(Outcome.NONE if page.is_product else Outcome.UNREADABLE, checked_at=now)
