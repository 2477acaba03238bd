"""View `stores_to_scrape` shows a store's refused file for as long as it needs someone."""

from datetime import datetime, timedelta

import pytest

from pipeline_assets.services.operators.acknowledge import acknowledge_file
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True
NOW = datetime(2025, 9, 20, 12)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Two stores; the second's newest file has one row of ten, so it is refused as partial."""
    workplace.change(clock=Clock(NOW))
    for store_id in ("G1", "G2"):
        workplace.take(f"{store_id}.jsonl", rows(store_id, 18, 10))
    workplace.change(clock=Clock(NOW + timedelta(hours=1)))
    workplace.take("part.jsonl", rows("G2", 19, 1))
    workplace.change(clock=Clock(NOW + timedelta(hours=2)))
    return workplace


def rows(store_id: str, day: int, count: int) -> list[dict[str, object]]:
    """A snapshot of so many SKUs."""
    return [
        dict(row(str(number), 1, store_id=store_id, day=f"2025-09-{day}"))
        for number in range(count)
    ]


def refused(place: Workplace) -> dict[str, tuple[str | None, str | None]]:
    """Each store's refused file and the reason."""
    found = place.rows("SELECT store_id, refused_file, refused_reason FROM stores_to_scrape")
    return {store_id: (file, reason) for store_id, file, reason in found}


def test_a_refused_file_stands_beside_its_store(place: Workplace) -> None:
    assert refused(place) == {"G1": (None, None), "G2": ("part.jsonl", "partial")}
    assert place.one("SELECT COUNT(*) FROM stores_to_scrape WHERE refused_at IS NOT NULL") == 1


def test_the_next_accepted_file_ends_it(place: Workplace) -> None:
    place.take("whole.jsonl", rows("G2", 20, 10))
    assert refused(place)["G2"] == (None, None)


def test_the_same_file_accepted_by_force_ends_it(place: Workplace) -> None:
    requeue(place.pipeline, "part.jsonl", force=True)
    place.ingest("part.jsonl")
    assert refused(place)["G2"] == (None, None)


def test_what_is_acknowledged_is_shown_no_longer(place: Workplace) -> None:
    acknowledge_file(place.pipeline, "part.jsonl")
    assert refused(place)["G2"] == (None, None)


def test_a_duplicate_needs_nobody(place: Workplace) -> None:
    place.take("again.jsonl", rows("G1", 18, 10))
    assert refused(place)["G1"] == (None, None)
