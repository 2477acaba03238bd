"""Growth from the ledger: each SKU and each store counts once, on the day of its first file."""

from datetime import date

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.growth import DayOfGrowth, growth
from pipeline_assets.catalogue.totals import read_totals
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

DAYS = [date(2025, 9, day) for day in (1, 2, 3)]


def test_skus_and_stores_count_on_the_day_of_their_first_file(workplace: Workplace) -> None:
    for number, (company, store_id, day, skus) in enumerate(
        [
            ("aldi", "G1", 1, "12"),
            ("aldi", "G2", 1, "123"),
            ("aldi", "G1", 2, "12"),
            ("iga", "G1", 2, "1"),
            ("aldi", "G3", 3, "45"),
            ("aldi", "G1", 3, "126"),
        ]
    ):
        lines = [
            row(sku, company=company, store_id=store_id, day=DAYS[day - 1].isoformat())
            for sku in skus
        ]
        workplace.take(f"{number}.jsonl", lines)
    with reading(workplace.pipeline.engine) as connection:
        found = growth(connection)
        totals = read_totals(connection)
    assert found == [
        DayOfGrowth("aldi", DAYS[0], skus=3, stores=2),
        DayOfGrowth("aldi", DAYS[2], skus=3, stores=1),
        DayOfGrowth("iga", DAYS[1], skus=1, stores=1),
    ]
    assert all(type(one.skus) is int for one in found)
    assert sum(one.skus for one in found) == totals["skus"]


def test_an_empty_catalogue_has_not_grown(workplace: Workplace) -> None:
    with reading(workplace.pipeline.engine) as connection:
        assert growth(connection) == []
