"""Requests one page after the other over HTTP/1.1, with a session's cookies, within an allowance.

Follows no redirect, reads no environment and decodes nothing.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar

import httpcore
import httpx

from pipeline_assets.enrichment.allowance import Allowance, LimitedNetwork

_CONNECT_S = 10
# As many and as long as browsers keep of one site. Without limits a shop's cookies could grow until
# it refuses every request that carries them.
_MAX_COOKIES = 180
_MAX_COOKIE_LENGTH = 4_096


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply: status, headers, and the body as it comes, encoded as the headers say."""

    status: int
    headers: httpx.Headers
    body: Iterator[bytes]


class PageClient:
    """Sends `headers` with each request, and the cookies set by `use` or by the shop since."""

    def __init__(self, headers: Mapping[str, str], allowance: Allowance) -> None:
        self._headers = headers
        self._allowance = allowance
        self._cookies = httpx.Cookies()
        self._pool = httpcore.ConnectionPool(
            # Neither a proxy nor certificates of the environment change what is trusted or asked.
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=1,
            keepalive_expiry=5,
            network_backend=LimitedNetwork(allowance),
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def use(self, cookies: CookieJar) -> None:
        """Send these cookies from now on, and none of the earlier ones."""
        self._cookies = httpx.Cookies(cookies)

    @contextmanager
    def get(self, url: str) -> Iterator[Reply]:
        """Request a page; read its body within the block.

        Raises httpcore's errors, `PageTimeoutError`, `PageTooLargeError` and `httpx.InvalidURL`.
        """
        request = httpx.Request("GET", url, headers=self._headers)
        self._cookies.set_cookie_header(request)
        sent = httpcore.Request(
            "GET",
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            extensions={"timeout": {"connect": _CONNECT_S}},
        )
        with self._allowance.passing():
            received = self._pool.handle_request(sent)
            try:
                answer = httpx.Response(received.status, headers=received.headers, request=request)
                self._keep_cookies(answer)
                yield Reply(received.status, answer.headers, received.iter_stream())
            finally:
                received.close()

    def _keep_cookies(self, answer: httpx.Response) -> None:
        with warnings.catch_warnings(action="ignore"):  # of cookies that it cannot read
            self._cookies.extract_cookies(answer)
        cookies = list(self._cookies.jar)
        kept = [cookie for cookie in cookies if _can_be_sent(cookie)][:_MAX_COOKIES]
        for cookie in cookies:
            if cookie not in kept:
                self._cookies.jar.clear(cookie.domain, cookie.path, cookie.name)


def _can_be_sent(cookie: Cookie) -> bool:
    text = f"{cookie.name}={cookie.value or ''}"
    return text.isascii() and text.isprintable() and len(text) <= _MAX_COOKIE_LENGTH
