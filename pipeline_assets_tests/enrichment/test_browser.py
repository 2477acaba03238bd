"""Sessions from a real Chromium: it waits for the shop's page, and its cookies serve httpx."""

import re
from collections.abc import Iterator

import pytest
from werkzeug import Request, Response

from pipeline_assets.enrichment.browser import BrowserSessions
from pipeline_assets.enrichment.origins import AllowList
from pipeline_assets.errors import HaltedFileError, SessionError, UsageError
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets_tests.conftest import required_chromium
from pipeline_assets_tests.enrichment.shop import (
    Shop,
    answer,
    delivered,
    gtin,
    html,
    open_shop,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace

IN_STORE_401 = {"fulfillmentStoreId": "401"}
SOLVES_ITSELF = """<html><body>Are you a robot? <img src="{elsewhere}">
<iframe src="{elsewhere}"></iframe>
<script>setTimeout(() => {{ document.cookie = "solved=yes; path=/"; location.reload() }}, {ms})
</script></body></html>"""


@pytest.fixture(autouse=True)
def chromium(monkeypatch: pytest.MonkeyPatch) -> str:
    """Chromium's path; without a display, so that no window is opened."""
    found = required_chromium()
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return found


@pytest.fixture
def stranger() -> Iterator[Shop]:
    """A server on an internal address that is not on the allow-list."""
    with open_shop("127.0.0.2") as stranger:
        yield stranger


def guarded(shop: Shop, stranger: Shop, solved_after_ms: int = 2000) -> None:
    """Have the shop show its pages only to those who have solved its captcha, in the store 401."""
    page = shop.serve

    def serve(request: Request) -> Response:
        if request.cookies.get("fulfillmentStoreId") != "401":
            return answer(403)(request)
        if request.cookies.get("solved") == "yes":
            return next_page_of(request)
        text = SOLVES_ITSELF.format(elsewhere=stranger.url("1"), ms=solved_after_ms)
        return html(text)

    def next_page_of(request: Request) -> Response:
        shown = page(request)
        return html(shown.get_data(as_text=True) + '<script id="__NEXT_DATA__">{}</script>')

    shop.server.clear_all_handlers()
    shop.server.expect_request(re.compile("/product/.*")).respond_with_handler(serve)


def test_the_browser_waits_until_the_captcha_is_solved_and_its_cookies_serve_httpx(
    workplace: Workplace, shop: Shop, stranger: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_SESSION", "browser")
    monkeypatch.setenv("PIPELINE_ENRICHMENT_BROWSER_WAIT_S", "30")
    guarded(shop, stranger)
    to_enrich(workplace, "coles.jsonl", [shop.row("1"), shop.row("2")])
    enrich_file(workplace.pipeline, "coles.jsonl")
    assert [one["barcode"] for one in delivered(workplace, "coles.jsonl")] == [gtin(1), gtin(2)]
    assert shop.agents == {"pipeline-assets/0.1 (price comparison; one page at a time)"}
    # Once by the browser, then each row's page once by httpx.
    assert shop.asked == ["1", "1", "2"]
    assert stranger.asked == []


def test_a_page_that_never_shows_is_no_session(shop: Shop, stranger: Shop) -> None:
    guarded(shop, stranger, solved_after_ms=60_000)
    sessions = BrowserSessions(AllowList.parse(shop.origin), IN_STORE_401, "tests/1", wait_s=2)
    with pytest.raises(SessionError, match=r"did not show the page at .* in 2 s"):
        sessions.renew(shop.url("1"))
    assert stranger.asked == []


def test_the_browser_follows_no_redirect_to_a_stranger(shop: Shop, stranger: Shop) -> None:
    shop.pages["1"] = answer(302, Location=stranger.url("1"))
    sessions = BrowserSessions(AllowList.parse(shop.origin), IN_STORE_401, "tests/1", wait_s=5)
    with pytest.raises(SessionError, match="could not get a session from"):
        sessions.renew(shop.url("1"))
    assert shop.asked == ["1"]
    assert stranger.asked == []


def test_a_browser_that_is_not_there_is_named(shop: Shop) -> None:
    allowed = AllowList.parse(shop.origin)
    sessions = BrowserSessions(allowed, IN_STORE_401, "tests/1", 5, browser="/nowhere/chromium")
    with pytest.raises(UsageError, match="no browser at /nowhere/chromium"):
        sessions.renew(shop.url("1"))


def test_a_shop_that_no_browser_can_enter_halts_the_file_and_says_what_to_do(
    workplace: Workplace, shop: Shop, stranger: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_SESSION", "browser")
    monkeypatch.setenv("PIPELINE_ENRICHMENT_BROWSER_WAIT_S", "0.5")
    monkeypatch.setenv("PIPELINE_ENRICHMENT_MAX_RENEWALS", "2")
    guarded(shop, stranger, solved_after_ms=60_000)
    to_enrich(workplace, "coles.jsonl", [shop.row("1")])
    with pytest.raises(HaltedFileError, match="on a machine with a display and solve the captcha"):
        enrich_file(workplace.pipeline, "coles.jsonl")
    assert workplace.files("barcode_enrichment_inbox") == ["coles.jsonl"]
