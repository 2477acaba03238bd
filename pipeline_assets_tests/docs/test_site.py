"""The site of the documentation: built without a warning, whole by itself, usable on a phone."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from pipeline_assets_tests.conftest import required_chromium
from pipeline_assets_tests.docs.blocks import DOCS
from pipeline_assets_tests.end_to_end.operators_browser import ARTEFACTS
from pipeline_assets_tests.workplace import PROJECT_ROOT

SEARCHES = {"quarantine": "From inbox to catalogue", "PIPELINE_SETTLE_S": "Settings"}
PHONE, DESK = (390, 844), (1280, 900)
SHOWN = ("index.html", "first-night.html", "reference/settings.html")


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """What `make docs` does, into another folder."""
    command = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going"]
    return subprocess.run(
        [*command, "-d", str(target / "trees"), str(source), str(target / "site")],
        cwd=PROJECT_ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(target)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    target = tmp_path_factory.mktemp("site")
    built = build(DOCS, target)
    assert (built.returncode, built.stderr) == (0, "")
    return target / "site"


def pages(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


@pytest.fixture(scope="module")
def page(site: Path) -> Iterator[Page]:
    """A tab in which a request to anywhere but the site's own files is an error."""
    chromium = required_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, chromium_sandbox=os.geteuid() != 0
        )
        tab = browser.new_page()
        tab.route(re.compile("^(?!file:|data:)"), lambda route: pytest.fail(route.request.url))
        yield tab
        browser.close()


def test_every_page_is_in_the_navigation(site: Path) -> None:
    """Sphinx warns of a page that is not, and a warning fails the build; here is what it made."""
    written = {
        page.relative_to(DOCS).with_suffix(".html").as_posix() for page in DOCS.rglob("*.md")
    }
    assert written <= set(pages(site))
    navigation = (site / "index.html").read_text(encoding="utf-8")
    at_top = {name for name in written if not name.startswith("decisions/0")} - {"index.html"}
    assert [name for name in sorted(at_top) if f'href="{name}"' not in navigation] == []


def test_a_broken_link_or_a_page_without_a_place_fails_the_build(tmp_path: Path) -> None:
    source = tmp_path / "docs"
    source.mkdir()
    (source / "conf.py").write_text((DOCS / "conf.py").read_text("utf-8"), "utf-8")
    (source / "_static").mkdir()
    (source / "_static" / "site.css").touch()
    (source / "index.md").write_text("# One\n\n[two](two.md), [away](one.md#nowhere)\n")
    (source / "alone.md").write_text("# Alone\n")
    built = build(source, tmp_path)
    assert built.returncode != 0
    for expected in ("two.md", "nowhere", "alone.md: WARNING: document isn't included"):
        assert expected in built.stderr


def test_nothing_of_the_site_is_fetched_from_elsewhere(site: Path) -> None:
    for name in pages(site):
        text = (site / name).read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|img|iframe|link)[^>]+(?:src|href)="(?:https?:)?//', text)
        assert fetched == [], name
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?https?:|@import", style.read_text("utf-8")), style


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_is_wider_than_the_screen(
    size: tuple[int, int], scheme: str, site: Path, page: Page
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    # Colours change no width: in the dark, only the pages that are looked at.
    for name in pages(site) if scheme == "light" else SHOWN:
        page.goto((site / name).as_uri())
        widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], name
        if name in SHOWN:
            ARTEFACTS.mkdir(exist_ok=True)
            shown = f"site-{Path(name).stem}-{size[0]}-{scheme}.png"
            page.screenshot(path=ARTEFACTS / shown)


def test_the_search_finds_pages_of_text_and_of_the_reference_without_a_server(
    site: Path, page: Page
) -> None:
    for word, expected in SEARCHES.items():
        page.goto((site / "index.html").as_uri())
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.locator("input[name=q]").fill(word)
        page.keyboard.press("Enter")
        expect(page.locator("#search-results")).to_contain_text(expected, timeout=60_000)
