"""What each kind of page leads to, row by row, against a real server."""

import gzip
import json
import time
from collections.abc import Iterator
from itertools import count

import pytest
from werkzeug import Request, Response

from pipeline_assets.domain.enrichment.rows import Outcome
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets_tests.enrichment.shop import (
    CAPTCHA,
    Behaviour,
    Shop,
    answer,
    delivered,
    gtin,
    html,
    linked_page,
    next_page,
    open_shop,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace

GOOD = gtin(77)
WRONG_CHECK_DIGIT = GOOD[:-1] + str((int(GOOD[-1]) + 1) % 10)


@pytest.fixture
def strangers() -> Iterator[list[Shop]]:
    """Two servers that are not on the allow-list: another port, another address."""
    with open_shop() as other_port, open_shop("127.0.0.2") as other_address:
        yield [other_port, other_address]


def test_each_row_has_the_outcome_of_its_page(
    workplace: Workplace, shop: Shop, strangers: list[Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_PAGE_TIMEOUT_S", "0.5")
    monkeypatch.setenv("PIPELINE_ENRICHMENT_MAX_PAGE_BYTES", "100000")
    monkeypatch.setenv("PIPELINE_ENRICHMENT_ATTEMPTS", "2")
    other_port, other_address = (stranger.url("1") for stranger in strangers)
    cases: list[tuple[Behaviour, Outcome, str | None]] = [
        (linked_page(gtin13=GOOD), Outcome.FOUND, GOOD),
        (linked_page(gtin=GOOD), Outcome.FOUND, GOOD),
        (linked_page(gtin14="0" + GOOD), Outcome.FOUND, GOOD),
        (linked_page(gtin8="96385074"), Outcome.FOUND, "0000096385074"),
        (linked_page(mpn=GOOD), Outcome.FOUND, GOOD),
        (linked_page(mpn="A-4711"), Outcome.NONE, None),
        (linked_page(gtin13=WRONG_CHECK_DIGIT), Outcome.NONE, None),
        (linked_page(gtin13="2918940000005"), Outcome.NONE, None),
        (linked_page(gtin=f"{WRONG_CHECK_DIGIT},{GOOD},{gtin(5)}"), Outcome.FOUND, GOOD),
        (linked_page(gtin=[WRONG_CHECK_DIGIT, GOOD]), Outcome.FOUND, GOOD),
        (linked_page(gtin=None), Outcome.NONE, None),
        (next_page({"props": {"pageProps": {"product": {"gtin": GOOD}}}}), Outcome.FOUND, GOOD),
        (next_page({"pageProps": {"product": {"gtin": GOOD}}}), Outcome.FOUND, GOOD),
        (
            next_page({"props": {"pageProps": {"pdpLayout": {"product": {"gtin": GOOD}}}}}),
            Outcome.FOUND,
            GOOD,
        ),
        (next_page({"props": {"pageProps": {"product": {"gtin": ""}}}}), Outcome.NONE, None),
        (next_page({"props": {"pageProps": {"error": 500}}}), Outcome.UNREADABLE, None),
        (answer(404), Outcome.GONE, None),
        (answer(410), Outcome.GONE, None),
        (answer(451), Outcome.UNREADABLE, None),
        (answer(500), Outcome.UNAVAILABLE, None),
        (answer(429, Retry_After="0"), Outcome.UNAVAILABLE, None),
        (sleepy, Outcome.UNAVAILABLE, None),
        (endless, Outcome.UNAVAILABLE, None),
        (dripping, Outcome.UNAVAILABLE, None),
        (bomb, Outcome.UNAVAILABLE, None),
        (answer(302, Location=shop.url("9000")), Outcome.FOUND, gtin(9000)),
        (answer(302, Location="/product/9001"), Outcome.FOUND, gtin(9001)),
        (answer(302, Location=other_port), Outcome.FORBIDDEN, None),
        (answer(301, Location=other_address), Outcome.FORBIDDEN, None),
        (answer(307, Location="file:///etc/passwd"), Outcome.FORBIDDEN, None),
        (answer(302, Location="http://"), Outcome.UNREADABLE, None),
        (lambda request: answer(302, Location=request.path)(request), Outcome.UNREADABLE, None),
        (recovering(), Outcome.FOUND, GOOD),
    ]
    shop.pages = {str(sku): behaviour for sku, (behaviour, _, _) in enumerate(cases, 1)}
    rows = [shop.row(sku) for sku in shop.pages]
    # Addresses in the file itself that are nobody's to ask.
    rows += [shop.row("800", url=other_port), shop.row("801", url=other_address)]
    rows += [shop.row("802", url=shop.url("802").replace("http://", "http://me:you@"))]
    to_enrich(workplace, "coles.jsonl", rows)

    outcome = enrich_file(workplace.pipeline, "coles.jsonl")

    kept = workplace.rows("SELECT line, outcome, barcode FROM enriched_rows ORDER BY line")
    expected = [(line, str(o), barcode) for line, (_, o, barcode) in enumerate(cases, 1)]
    expected += [(len(cases) + more, "forbidden", None) for more in (1, 2, 3)]
    assert kept == expected
    for product, (_, line_outcome, barcode) in zip(
        delivered(workplace, "coles.jsonl"), expected, strict=True
    ):
        assert product["barcode"] == barcode
        is_none = line_outcome == "none"
        assert product.get("has_no_coles_barcode", False) is is_none
    assert [stranger.asked for stranger in strangers] == [[], []]
    assert outcome.counts["rows_wanted"] == outcome.counts["rows_read"] == len(rows)


def test_a_page_that_is_forbidden_by_403_or_a_captcha_is_a_block_not_an_answer(
    workplace: Workplace, shop: Shop
) -> None:
    first = iter([answer(403), lambda _: html(CAPTCHA), linked_page(gtin13=GOOD)])
    shop.pages["1"] = lambda request: next(first)(request)
    to_enrich(workplace, "coles.jsonl", [shop.row("1")])
    enrich_file(workplace.pipeline, "coles.jsonl")
    assert workplace.rows("SELECT outcome, barcode FROM enriched_rows") == [("found", GOOD)]
    assert shop.asked == ["1", "1", "1"]


def test_only_rows_that_need_it_are_asked_for(workplace: Workplace, shop: Shop) -> None:
    rows = [
        shop.row("1", barcode=GOOD),
        shop.row("2", url=None),
        shop.row("3", url=""),
        shop.row("4", has_no_coles_barcode=True),
        shop.row("5", barcode="notfound"),
        shop.row("6"),
        shop.row("6"),
        {"metadata": rows_metadata(shop)},
    ]
    to_enrich(workplace, "coles.jsonl", rows)
    enrich_file(workplace.pipeline, "coles.jsonl")
    assert shop.asked == ["5", "6"]
    lines = (workplace.inbox / "coles.jsonl").read_bytes().split(b"\n")
    source = next((workplace.data / "archive").iterdir()).read_bytes().split(b"\n")
    assert [lines[i] == source[i] for i in range(8)] == [True] * 4 + [False] * 3 + [True]
    assert [product["barcode"] for product in delivered_rows(workplace)] == [
        *(GOOD, None, None, None),
        *(gtin(5), gtin(6), gtin(6)),
    ]


def test_the_shop_is_told_who_asks(workplace: Workplace, shop: Shop) -> None:
    to_enrich(workplace, "coles.jsonl", [shop.row("1")])
    enrich_file(workplace.pipeline, "coles.jsonl")
    assert shop.agents == {"pipeline-assets/0.1 (price comparison; one page at a time)"}


def rows_metadata(shop: Shop) -> object:
    """The metadata of a row."""
    return shop.row("1")["metadata"]


def delivered_rows(place: Workplace) -> list[dict[str, object]]:
    """The products of the enriched file, those lines left out that have none."""
    lines = (place.inbox / "coles.jsonl").read_text().splitlines()
    return [json.loads(line)["product"] for line in lines if "product" in json.loads(line)]


def sleepy(_: Request) -> Response:
    """An answer that does not begin in time."""

    def body() -> Iterator[bytes]:
        time.sleep(1.2)
        yield b""

    return Response(body(), mimetype="text/html")


def endless(_: Request) -> Response:
    """A body without end."""
    return Response((b"x" * 10_000 for _ in count()), mimetype="text/html")


def dripping(_: Request) -> Response:
    """A body that never stops for long and never ends."""

    def body() -> Iterator[bytes]:
        for _ in range(30):
            time.sleep(0.1)
            yield b"x"

    return Response(body(), mimetype="text/html")


def bomb(_: Request) -> Response:
    """A small body that unpacks to a large one."""
    packed = gzip.compress(b" " * 2_000_000)
    return Response(packed, mimetype="text/html", headers={"Content-Encoding": "gzip"})


def recovering() -> Behaviour:
    """A page that comes at the second try."""
    behaviours = iter([answer(503), linked_page(gtin13=GOOD)])
    return lambda request: next(behaviours)(request)
