"""What the pipeline's own rules make of the sample's rows."""

from collections import Counter
from zoneinfo import ZoneInfo

from pipeline_assets.domain.snapshots.rows import parse_snapshot
from pipeline_assets_tests.sample.parsed import COLES_TO_ENRICH, IGA, of_store, parsed_files

_ZONE = ZoneInfo("Australia/Brisbane")


def test_only_the_malformed_lines_are_rejected_one_for_each_reason() -> None:
    for file in parsed_files():
        snapshot = parse_snapshot(file.lines, _ZONE)
        reasons = Counter(row.reason for row in snapshot.rejected)
        expected = {}
        if file is of_store(IGA)[-1]:
            expected = {
                "bad_json": 2,
                "no_product": 1,
                "no_name": 1,
                "no_sku": 1,
                "too_long": 1,
                "bad_price": 2,
                "other_store": 1,
                "repeated_sku": 1,
            }
        assert reasons == expected
        assert len(snapshot.listings) == len(file.lines) - sum(expected.values())


def test_only_barcodes_are_dropped_from_rows_and_only_the_deliberate_ones() -> None:
    dropped: Counter[tuple[str, str]] = Counter()
    for file in parsed_files():
        snapshot = parse_snapshot(file.lines, _ZONE)
        for field, count in snapshot.dropped.items():
            dropped[snapshot.header.company, field] += count
    assert dropped == {("iga", "barcode"): 22, ("coles", "barcode"): 6}


def test_every_price_has_its_unit_price() -> None:
    for file in parsed_files():
        for listing in parse_snapshot(file.lines, _ZONE).listings:
            assert (listing.price_cents is None) == (listing.terms.unit_price_e4 is None)


def test_every_row_to_enrich_has_a_barcode_or_no_page_or_none_to_be_found() -> None:
    for listing in parse_snapshot(of_store(COLES_TO_ENRICH)[-1].lines, _ZONE).listings:
        assert listing.barcode or listing.has_no_barcode or listing.facts.url is None
