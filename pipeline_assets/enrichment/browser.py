"""A session from a real browser: Chromium, driven by Playwright, until the shop shows its page.

With a display there is a window, so that a person can solve a captcha. This is the only module that
imports Playwright, and only when it is used: it is an optional extra (`browser`).
"""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from pipeline_assets.domain.retailers import PAGE_DATA
from pipeline_assets.enrichment.origins import AllowList, is_internal, origin_of
from pipeline_assets.errors import SessionError, UsageError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SHOWN = ", ".join(data.script for data in PAGE_DATA)
# How long the browser is waited for at a time, before anything else is looked at.
_SLICE_MS = 500
_ARGUMENTS = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    # Frames of other sites stay in the page's own process, where the guard sees their requests.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
]


class BrowserSessions:
    """Sessions from a browser that is started for each one and closed once its cookies are read.

    `cookies` (by name) are set beforehand: they tell the shop which store's range to show. `agent`
    is the same user agent that httpx sends: a shop ties its cookies to it. `wait_s` is how long to
    wait for the page; meanwhile `check` is called often, and ends the wait by raising.
    """

    def __init__(
        self,
        allowed: AllowList,
        cookies: Mapping[str, str],
        agent: str,
        wait_s: float,
        browser: str = "",
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._allowed = allowed
        self._cookies_before = cookies
        self._agent = agent
        self._wait_s = wait_s
        self._browser = browser
        self._check = check

    @property
    def advice(self) -> str:
        """What to do when a browser's sessions do not work."""
        return (
            "Run `pipeline-assets enrich` on a machine with a display and solve the captcha in the "
            "browser's window, or export cookies from your own browser "
            "(PIPELINE_ENRICHMENT_SESSION=cookie_file), then requeue the file."
        )

    def renew(self, url: str) -> CookieJar:
        """Open `url`, wait until the shop shows its page, and take the cookies.

        Raises `UsageError` without Playwright or Chromium, `SessionError` when the page does not
        show in time.
        """
        try:
            from playwright.sync_api import Error, sync_playwright
        except ImportError as error:
            raise UsageError(
                "Browser sessions need Playwright: pip install 'pipeline-assets[browser]'."
            ) from error
        try:
            with sync_playwright() as playwright:
                return self._cookies(playwright, url)
        except Error as error:
            reason = error.message.splitlines()[0]
            raise SessionError(
                f"The browser could not get a session from {url}: {reason}"
            ) from error

    def _cookies(self, playwright: "Playwright", url: str) -> CookieJar:
        browser = playwright.chromium.launch(
            executable_path=self._executable(playwright),
            headless=not _has_display(),
            chromium_sandbox=os.geteuid() != 0,  # Chromium refuses to start with it as root
            args=_ARGUMENTS,
        )
        try:
            context = browser.new_context(user_agent=self._agent)
            self._set_cookies(context, url)
            page = context.new_page()
            _Guard(self._allowed, context.new_cdp_session(page)).watch()
            self._wait_for_page(page, url)
            return _jar(context.cookies())
        finally:
            browser.close()

    def _set_cookies(self, context: "BrowserContext", url: str) -> None:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        for name, value in self._cookies_before.items():
            context.add_cookies([{"name": name, "value": value, "url": origin}])

    def _wait_for_page(self, page: "Page", url: str) -> None:
        """Wait in slices; a navigation goes on when a slice is over."""
        from playwright.sync_api import TimeoutError as StillWaiting

        until = time.monotonic() + self._wait_s
        with suppress(StillWaiting):
            page.goto(url, wait_until="commit", timeout=_SLICE_MS)
        while not page.url.startswith("chrome-error:"):
            self._check()
            with suppress(StillWaiting):
                page.wait_for_selector(_SHOWN, state="attached", timeout=_SLICE_MS)
                return
            if time.monotonic() > until:
                break
        raise SessionError(f"The browser did not show the page at {url} in {self._wait_s:g} s.")

    def _executable(self, playwright: "Playwright") -> str:
        own = playwright.chromium.executable_path
        found = self._browser or next(filter(None, map(shutil.which, _NAMES)), own)
        if not os.access(found, os.X_OK):
            raise UsageError(
                f"There is no browser at {found}. Install Chromium, or set "
                "PIPELINE_ENRICHMENT_BROWSER to its path."
            )
        return found


class _Guard:
    """Lets the browser's page go to allowed origins only, redirects included.

    Nothing in it may load from internal addresses. Other hosts may serve parts of a page, such as a
    captcha.
    """

    def __init__(self, allowed: AllowList, protocol: "CDPSession") -> None:
        self._allowed = allowed
        self._protocol = protocol

    def watch(self) -> None:
        """Check every request of the page before it is made."""
        tree = self._protocol.send("Page.getFrameTree")
        self._main_frame = tree["frameTree"]["frame"]["id"]
        self._protocol.on("Fetch.requestPaused", self._decide)
        self._protocol.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    def _decide(self, event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        is_page = event["resourceType"] == "Document" and event["frameId"] == self._main_frame
        if self._may(event["request"]["url"], is_page=is_page):
            self._protocol.send("Fetch.continueRequest", request)
        else:
            reason = {"errorReason": "AddressUnreachable"}
            self._protocol.send("Fetch.failRequest", request | reason)

    def _may(self, url: str, *, is_page: bool) -> bool:
        if self._allowed.permits(url):
            return True
        origin = origin_of(url)
        return not is_page and origin is not None and not is_internal(origin)


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _jar(cookies: "list[Any]") -> CookieJar:
    jar = httpx.Cookies()
    for cookie in cookies:
        jar.set(*_fields(cookie))
    return jar.jar


def _fields(cookie: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return cookie["name"], cookie["value"], cookie["domain"], cookie["path"]
