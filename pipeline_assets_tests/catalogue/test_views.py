"""The views that apps query, beside what the files said."""

from datetime import date
from typing import Any

from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

CHANGES = (
    "SELECT scraped_date, kind, price, price_before, difference, difference_share "
    "FROM price_changes WHERE company = 'aldi' AND store_id = 'G1' AND sku = '1' "
    "ORDER BY scraped_at"
)


def as_text(value: Any) -> Any:
    """A day as SQLite shows it, a number as Python's shortest."""
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else float(value)


def take(place: Workplace, day: str, *rows: dict[str, Any]) -> None:
    """One day's snapshot; ten other SKUs keep it from being partial."""
    others = [row(str(sku), 1.0, day=day) for sku in range(100, 110)]
    place.take(f"{day}.jsonl", [*rows, *others])


def test_store_prices_shows_all_that_an_app_shows(workplace: Workplace) -> None:
    line = row(
        day="2025-09-01",
        size="500 g",
        category_path=["Pantry", "Coffee"],
        url="https://shop.example/1",
        image_url="https://img.example/1",
        is_available=True,
    )
    line["metadata"] |= {"store_name": "Dalby", "state": "QLD"}
    take(workplace, "2025-09-01", line)
    newer = {**line, "metadata": {**line["metadata"], "scraped_date": "2025-09-03"}}
    take(workplace, "2025-09-03", newer)
    columns = "size, category, store_name, state, url, image_url, is_available, price_since"
    for view in ("store_prices", "estimated_prices"):
        ((*shown, is_available, since),) = workplace.rows(
            f"SELECT {columns} FROM {view} WHERE sku = '1'"
        )
        assert shown == [
            "500 g",
            "Pantry › Coffee",
            "Dalby",
            "QLD",
            "https://shop.example/1",
            "https://img.example/1",
        ]
        assert (is_available, as_text(since)) == (1, "2025-09-01")


def test_a_sku_without_them_is_shown_all_the_same(workplace: Workplace) -> None:
    take(workplace, "2025-09-01", row())
    wanted = "SELECT size, category, url, is_available FROM store_prices WHERE sku = '1'"
    assert workplace.rows(wanted) == [(None, None, None, None)]


def test_a_share_is_rounded_once(workplace: Workplace) -> None:
    """3/29 is 0.10344…, but 0.1035 if it is rounded to five digits first."""
    take(workplace, "2025-09-01", row(price=0.29, day="2025-09-01"))
    take(workplace, "2025-09-02", row(price=0.32, day="2025-09-02"))
    assert float(workplace.rows(CHANGES)[-1][-1]) == 0.1034


def test_price_changes_tells_each_change_with_the_price_before_it(workplace: Workplace) -> None:
    take(workplace, "2025-09-01", row(price=4.0, day="2025-09-01"))
    take(workplace, "2025-09-02", row(price=3.0, day="2025-09-02"))
    take(workplace, "2025-09-03")
    take(workplace, "2025-09-04")
    take(workplace, "2025-09-05", row(price=6.0, day="2025-09-05"))
    take(workplace, "2025-09-06", row(price=6.0, day="2025-09-06"))
    found = [tuple(as_text(value) for value in change) for change in workplace.rows(CHANGES)]
    assert found == [
        ("2025-09-01", "first_seen", 4.0, None, None, None),
        ("2025-09-02", "changed", 3.0, 4.0, -1.0, -0.25),
        ("2025-09-03", "delisted", None, 3.0, None, None),
        ("2025-09-05", "back", 6.0, 3.0, 3.0, 1.0),
    ]


def test_a_share_is_rounded_alike_on_both_databases(workplace: Workplace) -> None:
    take(workplace, "2025-09-01", row(price=3.0, day="2025-09-01"))
    take(workplace, "2025-09-02", row(price=2.0, day="2025-09-02"))
    *_, share = workplace.rows(CHANGES)[-1]
    assert float(share) == -0.3333
