"""Whether a snapshot is accepted, by what is known of its store."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.snapshots.acceptance import (
    AcceptanceRules,
    LastSnapshot,
    check_acceptance,
)
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.listing import Listing, RawProduct, to_listing
from pipeline_assets.domain.snapshots.snapshot import Snapshot
from pipeline_assets.errors import RefusedFileError

NOW = datetime(2025, 9, 10, 12)
RULES = AcceptanceRules(0.9, timedelta(days=1))
SECOND = timedelta(seconds=1)


def listing(number: int, price: int | None) -> Listing:
    return to_listing(number, RawProduct(name="Tea", sku=number, price_current=price), {})


def snapshot(scraped_at: datetime = NOW, priced: int = 1, unpriced: int = 0) -> Snapshot:
    prices = [*[1] * priced, *[None] * unpriced]
    header = Header("aldi", "G1", None, None, scraped_at, date(2025, 9, 10))
    return Snapshot(header, [listing(number, price) for number, price in enumerate(prices)], [])


def reason(
    given: Snapshot, last: LastSnapshot | None = None, rules: AcceptanceRules = RULES
) -> str | None:
    """Why the snapshot is not accepted; None when it is."""
    try:
        check_acceptance(given, last, NOW, rules)
    except RefusedFileError as refused:
        return refused.reason
    return None


def test_a_stores_first_snapshot_is_accepted_however_short_or_old() -> None:
    assert reason(snapshot(datetime(1999, 1, 1), priced=0, unpriced=1)) is None


def test_a_snapshot_may_be_as_far_ahead_as_is_tolerated() -> None:
    assert reason(snapshot(NOW + RULES.future_tolerance)) is None
    assert reason(snapshot(NOW + RULES.future_tolerance + SECOND)) == "future"


@pytest.mark.parametrize(
    ("later_by", "expected"), [(-SECOND, "stale"), (0 * SECOND, "stale"), (SECOND, None)]
)
def test_a_snapshot_must_be_later_than_the_last(later_by: timedelta, expected: str | None) -> None:
    assert reason(snapshot(NOW), LastSnapshot(NOW - later_by, 1)) == expected


@given(st.integers(0, 400))
def test_exactly_the_asked_for_share_of_priced_rows_is_enough(tens: int) -> None:
    last = LastSnapshot(NOW - SECOND, tens * 10)
    assert reason(snapshot(priced=tens * 9), last) is None
    if tens:
        assert reason(snapshot(priced=tens * 9 - 1, unpriced=99), last) == "partial"


def test_a_share_between_two_rows_is_rounded_up() -> None:
    last = LastSnapshot(NOW - SECOND, 19)  # nine tenths are 17.1
    assert reason(snapshot(priced=17), last) == "partial"
    assert reason(snapshot(priced=18), last) is None


def test_an_operator_may_permit_a_partial_snapshot_and_nothing_else() -> None:
    permitted = AcceptanceRules(0.9, timedelta(days=1), may_be_partial=True)
    last = LastSnapshot(NOW - SECOND, 100)
    assert reason(snapshot(priced=1), last, permitted) is None
    assert reason(snapshot(NOW - SECOND, priced=1), last, permitted) == "stale"
    assert reason(snapshot(NOW + timedelta(days=2)), last, permitted) == "future"


def test_of_several_reasons_the_first_is_told() -> None:
    ahead = LastSnapshot(NOW + timedelta(days=9), 100)
    assert reason(snapshot(NOW + timedelta(days=2)), ahead) == "future"
    assert reason(snapshot(NOW), ahead) == "stale"
