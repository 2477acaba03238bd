"""The catalogue answers first: barcodes, and "known to have none", by company and SKU."""

from datetime import datetime, timedelta

import pytest

from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets_tests.enrichment.shop import Shop, delivered, gtin, linked_page, to_enrich
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

NOW = datetime(2025, 9, 24, 12)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def place(workplace: Workplace, clock: Clock) -> Workplace:
    """A workplace whose clock stands."""
    workplace.clock = clock
    return workplace


def coles(sku: str, day: str = "2025-09-20", **more: object) -> dict[str, object]:
    """A row of the store that the catalogue knows."""
    return row(sku, company="coles", store_id="COL:9", day=day, name=f"Article {sku}", **more)


def test_what_the_catalogue_knows_is_not_asked_for(place: Workplace, shop: Shop) -> None:
    known = [coles("1", barcode=gtin(901)), coles("2", has_no_coles_barcode=True), coles("3")]
    place.take("known.jsonl", known)
    place.take("other.jsonl", [row("4", barcode=gtin(904), company="iga", store_id="1")])
    to_enrich(place, "coles.jsonl", [shop.row(sku) for sku in ("1", "2", "3", "4")])
    outcome = enrich_file(place.pipeline, "coles.jsonl")
    assert shop.asked == ["3", "4"]
    one, two, three, four = delivered(place, "coles.jsonl")
    assert [p["barcode"] for p in (one, two, three, four)] == [gtin(901), None, gtin(3), gtin(4)]
    assert two["has_no_coles_barcode"] is True
    assert (outcome.counts["rows_from_catalogue"], outcome.counts["rows_found"]) == (2, 2)
    assert place.rows("SELECT rows_read, rows_from_catalogue, rows_found FROM enriched_files") == [
        (4, 2, 2)
    ]


@pytest.mark.parametrize(("days", "asked"), [(89, []), (90, []), (91, ["1"])])
def test_that_there_is_none_is_known_for_ninety_days(
    place: Workplace, shop: Shop, days: int, asked: list[str]
) -> None:
    # The day begins at 00:00 in Sydney, so it is a little older than so many days.
    day = (NOW + timedelta(hours=23) - timedelta(days=days)).date().isoformat()
    place.take("known.jsonl", [coles("1", day=day, has_no_coles_barcode=True)])
    to_enrich(place, "coles.jsonl", [shop.row("1")])
    enrich_file(place.pipeline, "coles.jsonl")
    assert shop.asked == asked


def test_a_mark_that_is_handed_on_does_not_grow_younger(
    place: Workplace, clock: Clock, shop: Shop
) -> None:
    shop.pages["1"] = linked_page(mpn="none")
    for day in range(0, 100, 20):
        clock.now = NOW + timedelta(days=day)
        date = clock.now.date().isoformat()
        source = shop.row("1")
        source["metadata"]["scraped_date"] = date
        to_enrich(place, f"coles-{day}.jsonl", [source])
        enrich_file(place.pipeline, f"coles-{day}.jsonl")
        assert delivered(place, f"coles-{day}.jsonl")[0]["has_no_coles_barcode"] is True
        place.ingest(f"coles-{day}.jsonl")
    # Asked on day 0; known on the days 20 to 80 without renewing itself; asked again on day 100.
    assert shop.asked == ["1"]
    clock.now = NOW + timedelta(days=100)
    source = shop.row("1")
    source["metadata"]["scraped_date"] = clock.now.date().isoformat()
    to_enrich(place, "coles-100.jsonl", [source])
    enrich_file(place.pipeline, "coles-100.jsonl")
    assert shop.asked == ["1", "1"]
