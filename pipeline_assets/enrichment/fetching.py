"""Fetches one page over HTTP, within limits. This is where failures are classified, once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar

import httpcore
import httpx
import tenacity

from pipeline_assets.domain.enrichment.rows import Outcome
from pipeline_assets.enrichment.allowance import Allowance, PageTimeoutError, PageTooLargeError
from pipeline_assets.enrichment.origins import AllowList, joined, origin_of
from pipeline_assets.enrichment.pacing import Pacer
from pipeline_assets.enrichment.page_bodies import (
    ACCEPTED,
    BrokenBodyError,
    UnknownEncodingError,
    decoded_body,
)
from pipeline_assets.enrichment.page_client import PageClient, Reply
from pipeline_assets.errors import EnrichmentStoppedError

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_NO_CONNECTION = (httpcore.ConnectError, httpcore.ConnectTimeout)
_NO_PAGE = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    PageTimeoutError,
    BrokenBodyError,
)
# For headers, interim answers and the like, on top of the page itself.
_OVERHEAD_BYTES = 2**20
# What asks for a longer rest is no request for one, but a mistake.
_LONGEST_REST_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Per page: seconds, uncompressed bytes, redirects, tries, first back-off in seconds.

    The seconds are for one try in all, its redirects included; pauses do not count. Also the
    longest `Retry-After`, in seconds, that is waited for.
    """

    timeout_s: float = 30
    max_bytes: int = 5 * 2**20
    max_redirects: int = 5
    attempts: int = 4
    back_off_s: float = 1
    max_retry_after_s: float = 900


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page (`body` of a 2xx answer), or the outcome in its place and why."""

    body: bytes | None = None
    outcome: Outcome | None = None
    detail: str = ""


class _UnavailableError(Exception):
    """A failure that may pass on another try: no answer in time, 429, 5xx."""

    outcome = Outcome.UNAVAILABLE


class _UnreachableError(_UnavailableError):
    """No connection to the server."""

    outcome = Outcome.UNREACHABLE


class PageFetcher:
    """Requests one page at a time. Its cookies are those of a session, set by `use`."""

    def __init__(self, allowed: AllowList, pacer: Pacer, limits: FetchLimits, agent: str) -> None:
        self.requests = 0
        self._allowed = allowed
        self._pacer = pacer
        self._limits = limits
        self._back_off = tenacity.wait_random_exponential(limits.back_off_s, max=60)
        self._allowance = Allowance(limits.timeout_s, limits.max_bytes + _OVERHEAD_BYTES)
        headers = {
            "User-Agent": agent,
            "Accept": "text/html,application/xhtml+xml",
            "Accept-Encoding": ACCEPTED,
        }
        self._client = PageClient(headers, self._allowance)

    def __enter__(self) -> "PageFetcher":
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def objection(self, url: str) -> str | None:
        """Why this address may not be contacted at all; None if it may."""
        return self._allowed.objection(url)

    def use(self, cookies: CookieJar) -> None:
        """Send these cookies from now on, and none of the earlier ones."""
        self._client.use(cookies)

    def fetch(self, url: str) -> Fetched:
        """The page at `url`, with back-off if another try may help.

        Raises `EnrichmentStoppedError` when the server asks to be left alone for longer than
        `max_retry_after_s`.
        """
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._limits.attempts),
            wait=self._hold_back,
            sleep=lambda _: None,  # the pacer waits, so that other pages wait as well
            retry=tenacity.retry_if_exception_type(_UnavailableError),
            reraise=True,
        )
        try:
            return retrying(self._follow, url)
        except _UnavailableError as error:
            return Fetched(outcome=error.outcome, detail=str(error))

    def _hold_back(self, state: tenacity.RetryCallState) -> float:
        seconds = self._back_off(state)
        self._pacer.hold(seconds)
        return seconds

    def _follow(self, url: str) -> Fetched:
        """Request a page and follow its redirects, as far as that is allowed."""
        self._allowance.renew()
        for _ in range(self._limits.max_redirects + 1):
            objection = self._allowed.objection(url)
            if objection is not None:
                return Fetched(outcome=Outcome.FORBIDDEN, detail=objection)
            answer = self._ask(url)
            if isinstance(answer, Fetched):
                return answer
            url = answer
        return Fetched(outcome=Outcome.UNREADABLE, detail="it redirects endlessly")

    def _ask(self, url: str) -> Fetched | str:
        """The server's answer to one request: the page, or the address it redirects to."""
        self._pacer.wait()
        self.requests += 1
        try:
            with self._client.get(url) as reply:
                return self._read(url, reply)
        except PageTooLargeError as error:
            return Fetched(outcome=Outcome.UNAVAILABLE, detail=str(error))
        except (httpx.InvalidURL, UnknownEncodingError) as error:
            return Fetched(outcome=Outcome.UNREADABLE, detail=str(error))
        except _NO_CONNECTION as error:
            raise _UnreachableError(f"{origin_of(url)} cannot be reached ({error})") from error
        except _NO_PAGE as error:
            raise _UnavailableError(f"{type(error).__name__}: {error}") from error
        finally:
            self._pacer.done()

    def _read(self, url: str, reply: Reply) -> Fetched | str:
        status = reply.status
        if status == 429 or status >= 500:
            self._hold_as_told(url, reply)
            raise _UnavailableError(f"the server answered {status}")
        if status == 403:
            return Fetched(outcome=Outcome.BLOCKED, detail="the server answered 403")
        if status in _GONE:
            return Fetched(outcome=Outcome.GONE, detail=f"the server answered {status}")
        if status in _REDIRECTS and "Location" in reply.headers:
            return joined(url, reply.headers["Location"])
        if not 200 <= status < 300:
            return Fetched(outcome=Outcome.UNREADABLE, detail=f"the server answered {status}")
        return Fetched(body=decoded_body(reply.headers, reply.body, self._limits.max_bytes))

    def _hold_as_told(self, url: str, reply: Reply) -> None:
        seconds = retry_after_s(reply.headers.get("Retry-After"), datetime.now(UTC))
        if seconds > self._limits.max_retry_after_s:
            raise EnrichmentStoppedError(
                f"the server at {origin_of(url)} asks clients to wait {seconds:,.0f} s. Wait "
                "that long, then requeue the file; it resumes where it stopped."
            )
        self._pacer.hold(seconds)


def retry_after_s(value: str | None, now: datetime) -> float:
    """The seconds that a `Retry-After` header asks for (a number or a date).

    0 if it is invalid, or so far ahead that nobody can mean it.
    """
    text = (value or "").strip()
    try:
        if text.isdecimal():
            seconds = float(text)
        else:
            moment = parsedate_to_datetime(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0
    return seconds if seconds <= _LONGEST_REST_S else 0
