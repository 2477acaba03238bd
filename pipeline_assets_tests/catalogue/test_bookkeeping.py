"""What the catalogue knows about itself: running totals, and the settings that its views use."""

from datetime import timedelta

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.totals import count_tables, read_totals
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


def test_running_totals_equal_the_tables_after_each_file(workplace: Workplace) -> None:
    files = [
        ("2025-09-01", [row("1", 1), row("2", 2), row("3", 3)]),
        ("2025-09-02", [row("1", 1, day="2025-09-02"), row("2", 5, day="2025-09-02")]),
        ("2025-09-03", [row("3", 3, day="2025-09-03"), row("4", 4, day="2025-09-03")]),
    ]
    workplace.change(settings={"partial_share": 0})
    assert totals(workplace) == {"prices": 0, "price_history": 0, "skus": 0}
    for day, rows in files:
        workplace.take(f"{day}.jsonl", rows)
        with reading(workplace.pipeline.engine) as connection:
            assert read_totals(connection) == count_tables(connection)
    assert totals(workplace) == {"prices": 2, "price_history": 9, "skus": 4}


def test_a_refused_file_leaves_the_totals_alone(workplace: Workplace) -> None:
    workplace.take("one.jsonl", [row("1", 1)])
    before = totals(workplace)
    workplace.take("again.jsonl", [row("1", 1)])
    assert totals(workplace) == before


def test_the_views_use_the_setting_for_what_is_current(workplace: Workplace) -> None:
    day = (utc_now() - timedelta(days=3)).date().isoformat()
    workplace.take("one.jsonl", [row("1", 1, day=day)])
    workplace.post_process()
    assert reason(workplace) == "current"
    workplace.change(settings={"current_days": 1})
    assert reason(workplace) == "stale"
    workplace.change(settings={"current_days": 30})
    assert reason(workplace) == "current"


def totals(place: Workplace) -> dict[str, int]:
    """The running totals."""
    with reading(place.pipeline.engine) as connection:
        return read_totals(connection)


def reason(place: Workplace) -> str:
    """Why the only store is worth scraping."""
    assert place.pipeline
    return str(place.one("SELECT reason FROM stores_to_scrape"))
