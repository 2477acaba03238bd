"""The catalogue report in a real browser: telephone and desktop, light and dark, accessible.

Pages are made of the sample, of the real files, of hostile texts, of an empty catalogue and of one
with a single company. Pictures of them are kept in `.test-artefacts/`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Dialog, Page

from pipeline_assets.reporting.pages.catalogue_page import catalogue_page
from pipeline_assets.sample.generator import sample_files
from pipeline_assets.services.operators.store_directory import bring_in_stores
from pipeline_assets.services.overview.reading import CheckSummary, read_overview
from pipeline_assets_tests.conftest import enter, required_chromium
from pipeline_assets_tests.end_to_end.operators_browser import keep_picture, started_chromium
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS, UNSEEN_TEXTS
from pipeline_assets_tests.reporting.pages.test_catalogue_page import EMPTY, full
from pipeline_assets_tests.third_party import accessibility_linter
from pipeline_assets_tests.workplace import Clock, Workplace

NOW = datetime(2025, 9, 24, 2)
Scheme = Literal["light", "dark"]
PHONE, DESKTOP = 375, 1280
PAGES = ("sample", "hostile", "empty", "one-company", "real")
LOOKS = [(width, scheme) for width in (PHONE, DESKTOP) for scheme in ("light", "dark")]


@dataclass
class Opened:
    """A page as a reader has opened it, and what the browser said and asked for meanwhile."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def dismiss(self, dialog: Dialog) -> None:
        """A script has opened a dialogue."""
        self.said.append(dialog.message)
        dialog.dismiss()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with started_chromium(required_chromium()) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages that need no catalogue, and of the sample's."""
    folder = tmp_path_factory.mktemp("reports")
    everything = " ".join((*HOSTILE_TEXTS, *UNSEEN_TEXTS, "w" * 300, "\u05e9\u05dc\u05d5\u05dd"))
    alone = replace(full(), companies=["aldi"], baskets=[], levels={}, gaps=[], places=[])
    pages = {
        "hostile": full(everything, company="<u>" + "m" * 60),
        "empty": EMPTY,
        "one-company": alone,
    }
    for name, overview in pages.items():
        (folder / f"{name}.html").write_text(catalogue_page(overview), "utf-8")
    files = {one.name: one.content for one in sample_files(date(2025, 9, 23))}
    with catalogue_of(files, tmp_path_factory.mktemp("sample")) as place:
        write(place, folder / "sample.html")
    return folder


@pytest.fixture(scope="module")
def with_real(reports: Path, real_scrapes: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The page of the real files, with the stores of the real directory."""
    paths = sorted(real_scrapes.glob("*.jsonl.gz"), key=lambda one: one.name[-19:])
    files = {path.name: path.read_bytes() for path in paths}
    with catalogue_of(files, tmp_path_factory.mktemp("real")) as place:
        bring_in_stores(place.pipeline, real_scrapes.parent / "stores.csv.gz")
        write(place, reports / "real.html")


@contextmanager
def catalogue_of(files: dict[str, bytes], root: Path) -> Iterator[Workplace]:
    """A catalogue that has taken these files, with post-processing done."""
    place = Workplace.create(root)
    place.clock = Clock(NOW)
    with pytest.MonkeyPatch.context() as patch, enter(place, patch), place:
        for name, content in files.items():
            place.take(name, content)
        place.post_process()
        yield place


def write(place: Workplace, path: Path) -> None:
    path.write_text(catalogue_page(read_overview(place.pipeline, CheckSummary())), "utf-8")


@pytest.fixture(params=PAGES)
def report(request: pytest.FixtureRequest, reports: Path) -> Path:
    if request.param == "real":
        request.getfixturevalue("with_real")
    return reports / f"{request.param}.html"


@contextmanager
def opened(
    chromium: Chromium,
    report: Path,
    width: int,
    scheme: Scheme,
    **options: Any,
) -> Iterator[Opened]:
    """The page in a window of this width."""
    viewport = {"width": width, "height": 812}
    context = chromium.new_context(viewport=viewport, color_scheme=scheme, **options)  # type: ignore[arg-type]
    try:
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.said.append(message.text))
        found.page.on("pageerror", lambda error: found.said.append(str(error)))
        found.page.on("dialog", found.dismiss)
        found.page.on("request", lambda request: found.asked.append(request.url))
        found.page.goto(report.as_uri())
        yield found
    finally:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_page_fits_and_asks_for_nothing_and_the_browser_has_nothing_to_say(
    chromium: Chromium, report: Path, width: int, scheme: Scheme
) -> None:
    with opened(chromium, report, width, scheme) as found:
        picture = found.page.screenshot(full_page=True)
        keep_picture(f"report-{report.stem}-{width}-{scheme}", picture)
        assert found.page.evaluate("document.documentElement.scrollWidth") == width
        assert found.said == []
        assert found.asked == [report.as_uri()]
        # The style sheet was accepted, in the scheme that the reader prefers.
        background = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == {"light": "rgb(244, 246, 248)", "dark": "rgb(16, 21, 27)"}[scheme]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_page_has_no_accessibility_violation(
    chromium: Chromium, report: Path, width: int, scheme: Scheme
) -> None:
    linter = accessibility_linter()
    # The page permits no script, and the linter is one.
    with opened(chromium, report, width, scheme, bypass_csp=True) as found:
        found.page.add_script_tag(content=linter)
        results = found.page.evaluate("axe.run()")
        found_wrong = {
            one["id"]: [node["html"] for node in one["nodes"]] for one in results["violations"]
        }
        assert found_wrong == {}
        assert len(results["passes"]) > 20


def test_the_linter_would_notice(chromium: Chromium, reports: Path) -> None:
    linter = accessibility_linter()
    page = (reports / "sample.html").read_text("utf-8").replace('<html lang="en">', "<html>")
    (reports / "broken.html").write_text(page, "utf-8")
    with opened(chromium, reports / "broken.html", PHONE, "light", bypass_csp=True) as found:
        found.page.add_script_tag(content=linter)
        results = found.page.evaluate("axe.run()")
        assert [one["id"] for one in results["violations"]] == ["html-has-lang"]


def test_no_text_of_a_file_runs_as_a_script(chromium: Chromium, reports: Path) -> None:
    for is_let in (False, True):  # also where nothing but the escaping keeps it from running
        with opened(chromium, reports / "hostile.html", PHONE, "dark", bypass_csp=is_let) as found:
            assert found.said == []
            assert found.page.locator("script, img, u, iframe").count() == 0


def test_the_sections_are_a_click_away(chromium: Chromium, reports: Path) -> None:
    with opened(chromium, reports / "sample.html", PHONE, "light") as found:
        for name in ("Who is cheapest", "The last week", "Coverage", "Map", "Data quality"):
            link = found.page.get_by_role("link", name=name)
            target = found.page.locator(str(link.get_attribute("href")))
            link.click()
            assert target.is_visible()


def test_pictures_for_the_docs(
    chromium: Chromium, reports: Path, with_real: None, real_scrapes: Path
) -> None:
    shots: tuple[tuple[str, int, Scheme, int], ...] = (
        ("catalogue-report", DESKTOP, "light", 1180),
        ("catalogue-report-phone", PHONE, "dark", 812),
    )
    for name, width, scheme, height in shots:
        with opened(chromium, reports / "real.html", width, scheme) as found:
            shot = found.page.screenshot(
                full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height}
            )
        keep_picture(name, packed(shot), is_for_docs=True)
        assert len(packed(shot)) < 120_000


def packed(picture: bytes) -> bytes:
    """The same picture in 64 colours, which is a third of the size."""
    target = BytesIO()
    colours = Image.open(BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    colours.save(target, "PNG", optimize=True)
    return target.getvalue()
