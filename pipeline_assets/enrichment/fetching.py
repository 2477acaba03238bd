"""Fetches one page over HTTP, within limits. This is where failures are classified, once."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar

import httpx
import tenacity

from pipeline_assets.domain.enrichment.rows import Outcome
from pipeline_assets.enrichment.origins import AllowList
from pipeline_assets.enrichment.pacing import Pacer
from pipeline_assets.errors import EnrichmentStoppedError

_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Per page: total seconds, uncompressed bytes, redirects, tries, first back-off in seconds.

    Also the longest `Retry-After`, in seconds, that is waited for.
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
    """A failure that may pass on another try: no connection, 429, 5xx."""


class PageFetcher:
    """Requests one page at a time. Its cookies are those of a session, set by `use`."""

    def __init__(self, allowed: AllowList, pacer: Pacer, limits: FetchLimits, agent: str) -> None:
        self.requests = 0
        self._allowed = allowed
        self._pacer = pacer
        self._limits = limits
        self._back_off = tenacity.wait_random_exponential(limits.back_off_s, max=60)
        self._client = httpx.Client(
            headers={"User-Agent": agent, "Accept": "text/html,application/xhtml+xml"},
            timeout=httpx.Timeout(limits.timeout_s, connect=min(10, limits.timeout_s)),
            follow_redirects=False,  # each hop is checked before it is requested
            trust_env=False,  # neither a proxy nor a .netrc may change what is requested or sent
        )

    def __enter__(self) -> "PageFetcher":
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def permits(self, url: str) -> bool:
        """Whether this address may be contacted at all."""
        return self._allowed.permits(url)

    def use(self, cookies: CookieJar) -> None:
        """Send these cookies from now on, and none of the earlier ones."""
        self._client.cookies = httpx.Cookies(cookies)

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
            return Fetched(outcome=Outcome.UNAVAILABLE, detail=str(error))

    def _hold_back(self, state: tenacity.RetryCallState) -> float:
        seconds = self._back_off(state)
        self._pacer.hold(seconds)
        return seconds

    def _follow(self, url: str) -> Fetched:
        """Request a page and follow its redirects, as far as that is allowed."""
        for _ in range(self._limits.max_redirects + 1):
            if not self._allowed.permits(url):
                return Fetched(outcome=Outcome.FORBIDDEN, detail=f"{url} is not on the allow-list")
            answer = self._ask(url)
            if isinstance(answer, Fetched):
                return answer
            url = answer
        return Fetched(outcome=Outcome.UNREADABLE, detail="it redirects endlessly")

    def _ask(self, url: str) -> Fetched | str:
        """The server's answer to one request: the page, or the address it redirects to."""
        self._pacer.wait()
        until = time.monotonic() + self._limits.timeout_s
        self.requests += 1
        try:
            with self._client.stream("GET", url) as response:
                return self._read(response, until)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _UnavailableError(f"{type(error).__name__}: {error}") from error
        except httpx.InvalidURL as error:
            return Fetched(outcome=Outcome.UNREADABLE, detail=str(error))
        finally:
            self._pacer.done()

    def _read(self, response: httpx.Response, until: float) -> Fetched | str:
        status = response.status_code
        if status == 429 or status >= 500:
            self._hold_as_told(response)
            raise _UnavailableError(f"the server answered {status}")
        if status == 403:
            return Fetched(outcome=Outcome.BLOCKED, detail="the server answered 403")
        if status in _GONE:
            return Fetched(outcome=Outcome.GONE, detail=f"the server answered {status}")
        if response.has_redirect_location:
            return str(response.url.join(response.headers["Location"]))
        if not response.is_success:
            return Fetched(outcome=Outcome.UNREADABLE, detail=f"the server answered {status}")
        return self._read_body(response, until)

    def _read_body(self, response: httpx.Response, until: float) -> Fetched:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > self._limits.max_bytes:
                detail = f"the page has more than {self._limits.max_bytes:,} bytes"
                return Fetched(outcome=Outcome.UNAVAILABLE, detail=detail)
            if time.monotonic() > until:
                raise _UnavailableError("the page did not end in time")
        return Fetched(body=bytes(body))

    def _hold_as_told(self, response: httpx.Response) -> None:
        seconds = retry_after_s(response.headers.get("Retry-After"), datetime.now(UTC))
        if seconds > self._limits.max_retry_after_s:
            raise EnrichmentStoppedError(
                f"the server at {response.url.host} asks clients to wait {seconds:,.0f} s. Wait "
                "that long, then requeue the file; it resumes where it stopped."
            )
        self._pacer.hold(seconds)


def retry_after_s(value: str | None, now: datetime) -> float:
    """The seconds that a `Retry-After` header asks for (a number or a date); 0 if it is invalid."""
    if value is None:
        return 0
    if value.strip().isdecimal() and len(value) < 12:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
