"""A hostile header is one row's business: the row gets its outcome, and work goes on."""

from datetime import UTC, datetime

import pytest

from pipeline_assets.enrichment.fetching import retry_after_s
from pipeline_assets.enrichment.origins import AllowList, joined, origin_of
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets_tests.enrichment.raw_server import raw_server
from pipeline_assets_tests.enrichment.shop import Shop, delivered, gtin, to_enrich
from pipeline_assets_tests.workplace import Workplace

NOW = datetime(2025, 9, 24, 12, tzinfo=UTC)
PAGE = b'<script type="application/ld+json">{"@type": "Product", "gtin13": "%s"}</script>'
FOUND = PAGE % gtin(7).encode()


def reply(status: str, *headers: str, body: bytes = FOUND, encoding: str = "latin-1") -> bytes:
    """A whole reply."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode(encoding) + body


REPLIES = {
    "a wait of twenty digits": (reply("503", "Retry-After: " + "9" * 20), "unavailable"),
    "a wait of 5,000 digits": (reply("503", "Retry-After: " + "9" * 5_000), "unavailable"),
    "a wait in other digits": (
        reply("503", "Retry-After: \u0663", encoding="utf-8"),
        "unavailable",
    ),
    "a date with a year of twenty digits": (
        reply("429", f"Retry-After: Mon, 01 Jan {'9' * 20} 00:00:00 GMT"),
        "unavailable",
    ),
    "a date in the year 9999": (
        reply("503", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"),
        "unavailable",
    ),
    "no date": (reply("503", "Retry-After: Mon, 99 Foo 2025 25:61:61 +9999"), "unavailable"),
    "a broken international name": (reply("302", "Location: http://xn--/"), "forbidden"),
    "another one": (reply("301", "Location: http://xn--a-\xff/"), "forbidden"),
    "control characters": (reply("302", "Location: http://a\x01b/"), "forbidden"),
    "a huge port": (reply("302", "Location: http://127.0.0.1:99999/"), "forbidden"),
    "no port": (reply("302", "Location: http://127.0.0.1:x/"), "forbidden"),
    "no IPv6 address": (reply("302", "Location: http://[::1/"), "forbidden"),
    "no IPv6 address either": (reply("302", "Location: http://[v1.x]/"), "forbidden"),
    "a label too long": (reply("302", f"Location: http://{'a' * 64}.x/"), "forbidden"),
    "an address too long": (reply("302", f"Location: /{'a/' * 40_000}"), "forbidden"),
    "headers that are no ASCII": (reply("200", "X: \xe9\xff", "Set-Cookie: \xff=\xfe"), "found"),
    "broken cookies": (
        reply("200", "Set-Cookie: a=b; Max-Age=" + "9" * 400, "Set-Cookie: ;;=\x01; Port=x"),
        "found",
    ),
    "a codec that is no charset": (reply("200", "Content-Type: text/html; charset=zlib"), "found"),
    "an unknown charset": (reply("200", "Content-Type: text/html; charset=\xff"), "found"),
    "a wrong length": (reply("200", "Content-Length: -1"), "unavailable"),
    "two lengths": (reply("200", "Content-Length: 7"), "unavailable"),
    "a header too long": (reply("200", "X: " + "x" * 200_000), "unavailable"),
    "a header without a name": (reply("200", ": x"), "unavailable"),
    "an unknown encoding": (reply("200", "Content-Encoding: none, of, these"), "unreadable"),
    "a packed body that is none": (reply("200", "Content-Encoding: gzip"), "unavailable"),
    "a strange framing": (reply("200", "Transfer-Encoding: gzip"), "unavailable"),
    "another protocol": (reply("101", "Upgrade: h2c", "Connection: upgrade"), "unavailable"),
    "a status of four digits": (reply("2000"), "unavailable"),
    "no HTTP": (FOUND, "unavailable"),
    "nothing": (b"", "unavailable"),
    "zeros": (bytes(100_000), "unavailable"),
}


def test_a_hostile_reply_is_the_outcome_of_its_row_and_work_goes_on(
    workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_ATTEMPTS", "1")
    with raw_server() as server:
        monkeypatch.setenv("PIPELINE_ENRICHMENT_HOSTS", f"{server.origin},{shop.origin}")
        rows = []
        for number, (what, (bytes_sent, _)) in enumerate(REPLIES.items(), 1):
            path = f"/{number}"
            server.plays[path], server.closing = [bytes_sent], server.closing | {path}
            rows += [shop.row(f"9{number}", name=what, url=server.origin + path)]
            rows += [shop.row(f"{number}")]
        to_enrich(workplace, "coles.jsonl", rows)
        enrich_file(workplace.pipeline, "coles.jsonl")
    kept = workplace.rows("SELECT outcome FROM enriched_rows ORDER BY line")
    outcomes = dict(zip(REPLIES, (outcome for (outcome,) in kept[::2]), strict=True))
    assert outcomes == {what: outcome for what, (_, outcome) in REPLIES.items()}
    barcodes = [one["barcode"] for one in delivered(workplace, "coles.jsonl")[1::2]]
    assert barcodes == [gtin(number) for number in range(1, len(REPLIES) + 1)]


def test_a_cookie_that_cannot_be_sent_back_does_not_spoil_the_next_requests(
    workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = ["a=\x01", "b=\x7f", "\xe9=1", "c=\xa0", "d=x\x0cy", "=e", "f", "g=" + "x" * 50_000]
    with raw_server() as server:
        monkeypatch.setenv("PIPELINE_ENRICHMENT_HOSTS", server.origin)
        for number, cookie in enumerate(odd):
            server.plays[f"/{number}"] = [reply("200", f"Set-Cookie: {cookie}")]
        rows = [shop.row(path[1:] + "9", url=server.origin + path) for path in server.plays]
        to_enrich(workplace, "coles.jsonl", rows)
        enrich_file(workplace.pipeline, "coles.jsonl")
    (found,) = workplace.rows("SELECT rows_found, rows_unanswered FROM enriched_files")
    assert sum(found) == len(odd)
    assert found[1] <= 2  # those whose reply breaks the rules itself


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        (" 120 ", 120),
        ("-5", 0),
        ("1e3", 0),
        ("nan", 0),
        ("31622400", 31_622_400),
        ("31622401", 0),
        ("9" * 20, 0),
        ("9" * 5_000, 0),
        ("Wed, 24 Sep 2025 12:05:00 GMT", 300),
        ("Wed, 24 Sep 2025 12:05:00 -0000", 300),
        ("Wed, 24 Sep 2025 22:05:00 +1000", 300),
        ("Wed, 24 Sep 2025 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
        (f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT", 0),
        (f"Mon, 01 Jan 2026 00:00:00 +{'9' * 20}", 0),
        ("Mon, 99 Foo 2025 25:61:61 +9999", 0),
        (",", 0),
    ],
)
def test_only_a_rest_that_can_be_meant_is_one(value: str | None, seconds: float) -> None:
    assert retry_after_s(value, NOW) == seconds


def test_a_name_that_no_resolver_takes_leads_nowhere() -> None:
    url = f"https://{'a' * 64}.example/"
    assert origin_of(url) is not None
    assert AllowList.parse(url).permits(url)  # requesting it shows what is wrong
    assert joined("https://www.shop.example/a", "http://a\x01b/") == "http://a\x01b/"
