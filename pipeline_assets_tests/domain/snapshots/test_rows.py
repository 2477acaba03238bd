"""From a file's lines to a snapshot: its header, its rows, and what happened to each line."""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.rows import MAX_SHOWN_LINE, parse_snapshot
from pipeline_assets.domain.snapshots.snapshot import Snapshot
from pipeline_assets.errors import RefusedFileError
from pipeline_assets_tests.workplace import row

SYDNEY = ZoneInfo("Australia/Sydney")


def parse(*lines: object) -> Snapshot:
    """Lines as bytes, or anything JSON can say."""
    encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return parse_snapshot(encoded, SYDNEY)


def refusal(*lines: object) -> RefusedFileError:
    with pytest.raises(RefusedFileError) as caught:
        parse(*lines)
    return caught.value


def headed(**metadata: Any) -> Header:
    """The header of a file whose only line has this metadata."""
    common = {"company": "aldi", "store_id": "G1", "scraped_date": "2025-09-01"}
    return parse({"product": {"sku": 1, "name": "Tea"}, "metadata": common | metadata}).header


def outcomes(snapshot: Snapshot) -> list[tuple[int, str]]:
    """Every line that is a row: its SKU where accepted, else the reason, by number."""
    accepted = [(listing.line, listing.sku) for listing in snapshot.listings]
    return sorted(accepted + [(row.line, row.reason) for row in snapshot.rejected])


def test_the_header_is_what_the_first_line_with_metadata_says() -> None:
    snapshot = parse(
        b"{broken",
        {"product": {"sku": "1", "name": "Tea"}},
        {"product": {"sku": "2", "name": "Tea"}, "metadata": "none"},
        {"metadata": {"company": " ALDI ", "store_id": " G1 ", "scraped_date": "2025-09-02"}},
        row("3", company="coles", store_id="7", day="2025-09-03"),
        row("4", day="2025-09-04"),
    )
    header = Header("aldi", "G1", None, None, datetime(2025, 9, 1, 14), date(2025, 9, 2))
    assert snapshot.header == header
    assert outcomes(snapshot) == [
        (1, "bad_json"),
        (2, "1"),
        (3, "2"),
        (4, "no_product"),
        (5, "other_store"),
        (6, "4"),
    ]


def test_scraped_at_speaks_where_scraped_date_is_silent() -> None:
    moment = headed(scraped_date=None, scraped_at="2025-09-01T10:00:00+10:00").scraped_at
    assert moment == datetime(2025, 9, 1, 0)
    assert headed(scraped_at="2025-01-01").scraped_date == date(2025, 9, 1)


def test_a_store_id_may_be_a_whole_number() -> None:
    assert headed(store_id=401).store_id == "401"
    snapshot = parse(row("1", store_id=401), row("2", store_id="401"), row("3", store_id=402))
    assert outcomes(snapshot) == [(1, "1"), (2, "2"), (3, "other_store")]


def test_a_store_keeps_its_name_and_state() -> None:
    header = headed(store_name=" Carindale ", state="QLD", company="COLES", store_id="COL:401")
    assert (header.company, header.store_id) == ("coles", "COL:401")
    assert (header.store_name, header.state) == ("Carindale", "QLD")
    odd = headed(store_name="n" * 300, state=["QLD"])
    assert (odd.store_name, odd.state) == ("n" * 255, None)


@pytest.mark.parametrize(
    ("metadata", "missing"),
    [
        ({}, "company, store_id, date"),
        ({"company": "aldi", "scraped_date": "2025-09-01"}, "store_id"),
        ({"company": "aldi", "store_id": " ", "scraped_date": "2025-09-01"}, "store_id"),
        ({"company": "aldi", "store_id": 4.5, "scraped_date": "2025-09-01"}, "store_id"),
        ({"company": "aldi", "store_id": True, "scraped_date": "2025-09-01"}, "store_id"),
        ({"company": "a" * 65, "store_id": "1", "scraped_date": "2025-09-01"}, "company"),
        ({"company": ["aldi"], "store_id": "1", "scraped_date": "2025-09-01"}, "company"),
        ({"company": "aldi", "store_id": "1"}, "date"),
        ({"company": "aldi", "store_id": "1", "scraped_date": "yesterday"}, "date"),
        ({"company": "aldi", "store_id": "1", "scraped_date": 20250901}, "date"),
    ],
)
def test_a_header_that_misses_something_is_no_metadata(
    metadata: dict[str, Any], missing: str
) -> None:
    # however good the later lines' metadata is
    error = refusal({"product": {"sku": 1, "name": "Tea"}, "metadata": metadata}, row())
    assert error.reason == "no_metadata"
    assert f"has no usable {missing}. " in error.message


@pytest.mark.parametrize(
    "lines", [[], [b"", b" \t\r"], [b"null", b"{"], [{"product": {"sku": 1, "name": "Tea"}}]]
)
def test_a_file_without_any_metadata_is_refused(lines: list[object]) -> None:
    assert refusal(*lines).reason == "no_metadata"


def test_a_file_without_any_valid_row_is_refused_with_all_of_them_rejected() -> None:
    error = refusal(row(None), b"", row("1", "N/A"), b"null")
    assert error.reason == "no_products"
    assert [(one.line, one.reason) for one in error.rejected] == [
        (1, "no_sku"),
        (3, "bad_price"),
        (4, "bad_json"),
    ]
    assert "None of the 3 rows is valid. The first is line 1: sku is None" in error.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "bad_json"),
        (b"null", "bad_json"),
        (b"[]", "bad_json"),
        (b"7", "bad_json"),
        (b"1.5", "bad_json"),
        (b'"text"', "bad_json"),
        (b"{} {}", "bad_json"),
        (b'{"product": {"name": NaN}}', "bad_json"),
        (b'{"product": {"name": "\\ud800"}}', "bad_json"),
        (b'{"product": {"url": ' + b"[" * 5000 + b"]" * 5000 + b"}}", "bad_json"),
        (b'{"product": {"price_current": 1e99999999999999999999}}', "bad_json"),
        (b'{"product": 1, "metadata": {"x": 1e99999999999999999999}}', "bad_json"),
        (
            b'{"product": {"sku": 1, "name": "x", "price_current": ' + b"9" * 5000 + b"}}",
            "bad_price",
        ),
        (b"{}", "no_product"),
        (b'{"product": null}', "no_product"),
        (b'{"product": "Tea"}', "no_product"),
        (b'{"product": [{"name": "Tea", "sku": "1"}]}', "no_product"),
        (b'{"Product": {"name": "Tea", "sku": "1"}}', "no_product"),
        (b'{"product": {}}', "no_name"),
        (b'{"product": {"name": "Tea"}}', "no_sku"),
        (b'{"product": {"name": "Tea", "sku": "1", "price_current": "N/A"}}', "bad_price"),
    ],
)
def test_a_line_that_is_no_row_is_rejected_by_itself(line: bytes, reason: str) -> None:
    snapshot = parse(row("good"), line, row("also good"))
    assert outcomes(snapshot) == [(1, "good"), (2, reason), (3, "also good")]
    assert snapshot.rejected[0].text == line[:MAX_SHOWN_LINE].decode()
    assert snapshot.rejected_by_reason == {reason: 1}


def test_metadata_that_is_no_object_does_not_cost_the_row() -> None:
    line = {"product": {"name": "Tea", "sku": "2"}, "metadata": ["aldi"]}
    assert outcomes(parse(row("1"), line)) == [(1, "1"), (2, "2")]


def test_keys_that_nobody_knows_are_ignored() -> None:
    line = row("1", normalized_name="x", sizes=[], price_hash=None, unit_price=7) | {"extra": 1}
    assert outcomes(parse(line)) == [(1, "1")]


def test_of_a_repeated_sku_the_first_accepted_row_stays() -> None:
    snapshot = parse(
        row("1", "N/A"),
        row("1", store_id="G2"),
        row("1", 2.5),
        row(1, 3.5),
        row("01", 4.5),
        row("1", None),
    )
    assert [(listing.sku, listing.price_cents) for listing in snapshot.listings] == [
        ("1", 250),
        ("01", 450),
    ]
    assert outcomes(snapshot) == [
        (1, "bad_price"),
        (2, "other_store"),
        (3, "1"),
        (4, "repeated_sku"),
        (5, "01"),
        (6, "repeated_sku"),
    ]
    assert snapshot.rejected[2].detail == "SKU 1 already appears in line 3; the first row is kept"


def test_a_row_of_another_store_is_that_before_it_is_repeated() -> None:
    assert outcomes(parse(row("1"), row("1", store_id="G2"), row("1", 0, store_id="G2"))) == [
        (1, "1"),
        (2, "other_store"),
        (3, "bad_price"),
    ]


def test_only_what_accepted_rows_lose_is_counted_as_dropped() -> None:
    snapshot = parse(
        row("1", url="u" * 9999, barcode="notfound"),
        row("2", barcode="notfound"),
        row("1", url="u" * 9999),  # repeated
        row("3", url=7, store_id="G2"),
        row("4", "N/A", url=7),
    )
    assert snapshot.dropped == {"url": 1, "barcode": 2}


def test_blank_lines_are_no_rows_but_have_their_numbers() -> None:
    snapshot = parse(b"", row("1"), b"  \t", b"\r", b"{", row("2"))
    assert outcomes(snapshot) == [(2, "1"), (5, "bad_json"), (6, "2")]
    assert snapshot.rows_read == 3


def test_a_row_without_a_price_today_is_read_but_not_priced() -> None:
    snapshot = parse(row("1", None), row("2", 2), row("3", "N/A"))
    assert (snapshot.rows_read, len(snapshot.listings), snapshot.rows_priced) == (3, 2, 1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
_PRODUCTS = st.dictionaries(
    st.sampled_from(["name", "sku", "price_current", "barcode", "url", "category_path", "brand"]),
    _JSON | st.sampled_from(["1", "2", 1.5]),
)
_ROWS = st.fixed_dictionaries({}, optional={"product": _PRODUCTS | _JSON, "metadata": _JSON})
_LINES = st.binary(max_size=9) | (_ROWS | _JSON).map(lambda value: json.dumps(value).encode())


@given(st.lists(_LINES, max_size=6))
def test_whatever_the_lines_are_each_row_is_accepted_or_rejected_once(lines: list[bytes]) -> None:
    lines = [line.replace(b"\n", b"") for line in lines]
    snapshot = parse(row("a good one"), *lines)
    numbers = [number for number, line in enumerate([b"first", *lines], 1) if line.strip()]
    assert [number for number, _ in outcomes(snapshot)] == numbers
    assert snapshot.rows_read == len(numbers)
    skus = [listing.sku for listing in snapshot.listings]
    assert len(skus) == len(set(skus))
    assert sum(snapshot.rejected_by_reason.values()) == len(snapshot.rejected)
