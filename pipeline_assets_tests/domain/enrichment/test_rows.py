"""Which rows need a barcode, and what an answer changes in a line, and nothing else."""

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.enrichment.rows import (
    Answer,
    AnswerSource,
    Outcome,
    Wanted,
    enriched_lines,
    wanted_rows,
)
from pipeline_assets.domain.products.sku_facts import plan_skus
from pipeline_assets.domain.snapshots.rows import parse_snapshot

URL = "https://www.coles.com.au/product/tea-1"
GTIN = "9310645111766"
MARK = "has_no_coles_barcode"
ZONE = ZoneInfo("UTC")
META = {"company": "coles", "store_id": "COL:1", "scraped_date": "2025-09-23"}


def line(**product: Any) -> bytes:
    """A line whose row misses its barcode, but for what `product` says."""
    row = {"product": {"sku": "1", "name": "Tea", "url": URL} | product, "metadata": META}
    return json.dumps(row).encode()


@pytest.mark.parametrize(
    "product",
    [{}, {"barcode": None}, {"barcode": "notfound"}, {"barcode": "1"}, {"barcode": "9310645111767"}]
    + [{"has_no_coles_barcode": value} for value in (False, None, "true")]
    + [{"sku": 1}, {"sku": " 1 "}, {"url": f" {URL} "}, {"price_current": None}],
)
def test_a_row_without_a_valid_barcode_is_looked_up(product: dict[str, Any]) -> None:
    assert wanted_rows([b"", line(**product)]) == [Wanted(2, "1", URL)]


@pytest.mark.parametrize(("sku", "url"), [("x" * 128, URL), ("1", "u" * 2_048), ("1", "u")])
def test_the_longest_sku_and_url_and_the_shortest_url_are_looked_up(sku: str, url: str) -> None:
    assert wanted_rows([line(sku=sku, url=url)]) == [Wanted(1, sku, url)]


def test_a_sku_in_the_place_of_the_barcode_is_none() -> None:
    assert wanted_rows([line(sku=GTIN, barcode=GTIN)]) == [Wanted(1, GTIN, URL)]


@pytest.mark.parametrize(
    "text",
    [
        line(barcode=GTIN),
        line(barcode=f"notfound,{GTIN}"),
        line(has_no_coles_barcode=True),
        *(line(url=url) for url in (None, "", " ", 7, "https://x/" + "y" * 2_048)),
        *(line(sku=sku) for sku in (None, "", True, [1], "x" * 129)),
        b'{"metadata": {}}',
        b'{"product": null}',
        b"not JSON",
        b"[]",
        b"",
    ],
)
def test_other_rows_and_what_is_no_row_pass_through(text: bytes) -> None:
    assert wanted_rows([text]) == []


def test_only_found_and_none_change_a_line() -> None:
    lines = [line(sku=str(number), price=1.5) for number in range(9)]
    answers = {number + 3: Answer(outcome) for number, outcome in enumerate(list(Outcome)[2:])}
    assert enriched_lines(lines, answers, MARK) == lines


def test_a_changed_row_keeps_the_very_bytes_of_everything_else() -> None:
    before = (
        b'{ "product":{"sku" : 1,"x":1.50,"y":-0.0e+1,"z":123456789012345678901234567890,'
        b'"u":"\\u00e9\\/","n":{"a" : [1, 2 ]},"barcode":null,"w":"caf\xc3\xa9"},'
        b'"metadata":{"company" : "coles"},"more":[ ]}'
    )
    (after,) = enriched_lines([before], {1: Answer(Outcome.FOUND, GTIN)}, MARK)
    assert after == (
        b'{"product":{"sku":1,"x":1.50,"y":-0.0e+1,"z":123456789012345678901234567890,'
        b'"u":"\\u00e9\\/","n":{"a" : [1, 2 ]},"barcode":"' + GTIN.encode() + b'",'
        b'"w":"caf\xc3\xa9"},"metadata":{"company" : "coles"},"more":[ ]}'
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(st.dictionaries(st.text(), _JSON, max_size=5), max_size=6),
    st.sampled_from([Answer(Outcome.FOUND, GTIN), Answer(Outcome.NONE)]),
)
def test_every_line_is_there_in_order_with_all_its_other_fields(
    products: list[dict[str, Any]], answer: Answer
) -> None:
    lines = [line(**product) for product in products]
    answers = dict.fromkeys(range(1, 7), answer)
    after = [json.loads(text) for text in enriched_lines(lines, answers, MARK)]
    changed = {"barcode", "has_no_coles_barcode"}
    assert len(after) == len(lines)
    for text, row in zip(lines, after, strict=True):
        before = json.loads(text)
        assert row["metadata"] == before["metadata"]
        kept = {key: value for key, value in row["product"].items() if key not in changed}
        assert kept == {k: v for k, v in before["product"].items() if k not in changed}
        is_found = answer.outcome is Outcome.FOUND
        key, value = ("barcode", GTIN) if is_found else ("has_no_coles_barcode", True)
        assert row["product"][key] == value


@pytest.mark.parametrize(
    "answer",
    [
        Answer(Outcome.NONE, source=AnswerSource.PAGE, checked_at=datetime(2025, 8, 1)),
        Answer(Outcome.NONE, source=AnswerSource.CATALOGUE),
    ],
)
def test_a_mark_from_a_page_of_now_or_from_who_knows_when_says_no_date(answer: Answer) -> None:
    (marked,) = enriched_lines([line()], {1: answer}, MARK)
    product = json.loads(marked)["product"]
    assert (product[MARK], "no_barcode_checked_at" in product) == (True, False)


def test_a_mark_from_the_catalogue_says_since_when_and_is_kept_so() -> None:
    checked_at = datetime(2025, 8, 1, 3, 30)
    answer = Answer(Outcome.NONE, source=AnswerSource.CATALOGUE, checked_at=checked_at)
    (marked,) = enriched_lines([line()], {1: answer}, MARK)
    snapshot = parse_snapshot([marked], ZONE)
    scraped_at = datetime(2025, 9, 23)
    plan = plan_skus(snapshot.listings, {}, scraped_at, "COL:1")
    assert plan.new["1"].no_barcode_at == checked_at
    (later,) = enriched_lines(
        [line()],
        {1: Answer(Outcome.NONE, None, AnswerSource.CATALOGUE, scraped_at + timedelta(days=9))},
        MARK,
    )
    plan = plan_skus(parse_snapshot([later], ZONE).listings, {}, scraped_at, "COL:1")
    assert plan.new["1"].no_barcode_at == scraped_at
