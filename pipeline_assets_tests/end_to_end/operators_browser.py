"""A real Chromium without a window, on the pages that operators look at, with pictures of them.

The pictures are kept in `.test-artefacts/`. With `PIPELINE_TESTS_DOCS_PICTURES` set, those that the
docs show are written to `docs/images/` too.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect, sync_playwright

PROJECT_ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = PROJECT_ROOT / ".test-artefacts"
DOCS_IMAGES = PROJECT_ROOT / "docs" / "images"
_LONGEST_MS = 60_000
# Read now: within a workplace, variables of the project are other ones.
_RENEWS_DOCS = bool(os.environ.get("PIPELINE_TESTS_DOCS_PICTURES"))


class Browser:
    """One tab. What it waits for must be there within a minute, or the test fails."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    def open(self, path: str) -> None:
        """Go to a page by its address, as a bookmark does."""
        self.page.goto(self._url + path)

    def follow(self, name: str) -> None:
        """Click a link."""
        self.page.get_by_role("link", name=_after_its_icon(name)).first.click()

    def press(self, name: str) -> None:
        """Click a button."""
        self.page.get_by_role("button", name=_after_its_icon(name)).first.click()

    def shows(self, *texts: str) -> None:
        """Wait until each of these texts is on the page."""
        for text in texts:
            expect(self.page.get_by_text(text).first).to_be_visible(timeout=_LONGEST_MS)

    def found(self, selector: str) -> Locator:
        """What the selector finds, once there is one."""
        locator = self.page.locator(selector)
        expect(locator.first).to_be_visible(timeout=_LONGEST_MS)
        return locator

    def text(self) -> str:
        """All text on the page."""
        return self.page.inner_text("body")

    def picture(self, name: str, *, is_for_docs: bool = False) -> None:
        """Keep a picture of the page as it is now."""
        self.page.wait_for_timeout(500)  # what slides in has arrived
        keep_picture(name, self.page.screenshot(), is_for_docs=is_for_docs)


def keep_picture(name: str, picture: bytes, *, is_for_docs: bool = False) -> None:
    """Write a picture, a PNG, to where pictures are kept."""
    folders = [ARTEFACTS]
    if is_for_docs and _RENEWS_DOCS:
        folders.append(DOCS_IMAGES)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(picture)


def _after_its_icon(name: str) -> re.Pattern[str]:
    """The name of a link or button, which for the browser begins with that of its icon."""
    return re.compile(rf"(^|\s){re.escape(name)}$")


@contextmanager
def browser_on(url: str, chromium: str) -> Iterator[Browser]:
    """A browser that looks at the site at `url`."""
    with started_chromium(chromium) as started:
        context = started.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(_LONGEST_MS)
        yield Browser(context.new_page(), url)


@contextmanager
def started_chromium(chromium: str) -> Iterator[Chromium]:
    """The browser without a window or a page; `chromium` is its path."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium,
            chromium_sandbox=os.geteuid() != 0,  # Chromium refuses to start with it as root
        )
        try:
            yield started
        finally:
            started.close()
