"""A shop that cannot answer now: back-off, `Retry-After`, and giving up in time."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from werkzeug import Request, Response

from pipeline_assets.enrichment.fetching import FetchLimits, PageFetcher
from pipeline_assets.enrichment.origins import AllowList
from pipeline_assets.enrichment.pacing import Pacer
from pipeline_assets.errors import HaltedFileError
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.enrichment.shop import (
    Shop,
    answer,
    delivered,
    gtin,
    linked_page,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept += [seconds] if seconds else []
        self.now += seconds


def fetcher(shop: Shop, time: Time, **limits: float) -> PageFetcher:
    """A fetcher whose pauses pass at once."""
    pacer = Pacer(1, time.sleep, time)
    allowed = AllowList.parse(shop.origin)
    return PageFetcher(allowed, pacer, FetchLimits(**limits), "tests")  # type: ignore[arg-type]


def test_requests_are_a_pause_apart_redirects_included(shop: Shop) -> None:
    shop.pages["2"] = answer(302, Location="/product/3")
    time = Time()
    with fetcher(shop, time) as asking:
        for sku in ("1", "2", "4"):
            assert asking.fetch(shop.url(sku)).body
    assert shop.asked == ["1", "2", "3", "4"]
    assert time.slept == [1, 1, 1]


def test_retry_after_is_waited_for_by_every_next_request(shop: Shop) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    behaviours = iter([answer(429, Retry_After="120"), answer(503, Retry_After=later)])
    shop.pages["1"] = lambda request: next(behaviours)(request)
    time = Time()
    with fetcher(shop, time, attempts=2) as asking:
        assert asking.fetch(shop.url("1")).body is None
        assert asking.fetch(shop.url("2")).body
    first, second = time.slept
    assert first == 120
    assert 200 < second <= 300


def test_back_off_grows_between_the_tries(shop: Shop) -> None:
    shop.pages["1"] = answer(503)
    longest = [0.0] * 5
    for _ in range(20):
        time = Time()
        with fetcher(shop, time, attempts=6, back_off_s=8) as asking:
            assert asking.fetch(shop.url("1")).detail == "the server answered 503"
        assert len(time.slept) == 5
        assert all(s <= max(1, 8 * 2**n) and s <= 60 for n, s in enumerate(time.slept))
        longest = [max(pair) for pair in zip(longest, time.slept, strict=True)]
    assert longest[0] < longest[2] <= 60


def test_a_server_that_asks_for_a_very_long_rest_halts_the_file(
    workplace: Workplace, shop: Shop
) -> None:
    shop.pages["2"] = answer(429, Retry_After="86400")
    to_enrich(workplace, "coles.jsonl", [shop.row("1"), shop.row("2"), shop.row("3")])
    with pytest.raises(HaltedFileError, match="asks clients to wait 86,400 s"):
        enrich_file(workplace.pipeline, "coles.jsonl")
    assert shop.asked == ["1", "2"]
    assert workplace.rows("SELECT line, outcome FROM enriched_rows") == [(1, "found")]


def test_twenty_unavailable_rows_in_a_row_halt_the_file_and_are_asked_again(
    workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_ATTEMPTS", "1")
    is_down = True

    def sometimes(request: Request) -> Response:
        return answer(503 if is_down else 410)(request)

    skus = [str(number) for number in range(1, 51)]
    shop.pages = dict.fromkeys([*skus[:19], *skus[20:45]], sometimes)
    to_enrich(workplace, "coles.jsonl", [shop.row(sku) for sku in skus])
    with pytest.raises(
        HaltedFileError, match=r"20 pages in a row were unavailable, the last one .*/40"
    ):
        enrich_file(workplace.pipeline, "coles.jsonl")
    assert shop.asked == skus[:40]
    kept = workplace.rows("SELECT line, outcome FROM enriched_rows ORDER BY line")
    assert kept == [(line, "unavailable") for line in range(1, 20)] + [(20, "found")]
    assert workplace.files("barcode_enrichment_inbox") == ["coles.jsonl"]

    is_down = False
    requeue(workplace.pipeline, "coles.jsonl")
    enrich_file(workplace.pipeline, "coles.jsonl")
    assert shop.asked == skus[:40] + skus[20:]
    barcodes = [one["barcode"] for one in delivered(workplace, "coles.jsonl")]
    assert barcodes == [None] * 19 + [gtin(20)] + [None] * 25 + [gtin(n) for n in range(46, 51)]


def test_waiting_as_long_as_told_does_not_use_up_the_pages_own_time(shop: Shop) -> None:
    def in_two_pieces(_: Request) -> Response:
        page = linked_page(gtin13=gtin(1))(_).get_data()
        return Response(iter([page[:40], page[40:]]), mimetype="text/html")

    behaviours = iter([answer(429, Retry_After="2"), in_two_pieces])
    shop.pages["1"] = lambda request: next(behaviours)(request)
    limits = FetchLimits(timeout_s=1, attempts=2, back_off_s=0)
    with PageFetcher(AllowList.parse(shop.origin), Pacer(0), limits, "tests") as asking:
        fetched = asking.fetch(shop.url("1"))
    assert fetched.body is not None
    assert gtin(1) in fetched.body.decode()
