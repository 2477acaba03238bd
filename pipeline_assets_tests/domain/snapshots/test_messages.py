"""What is said of a refused file and of a rejected row: what is wrong, with its figures."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pipeline_assets.domain.snapshots.acceptance import (
    AcceptanceRules,
    LastSnapshot,
    check_acceptance,
)
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.listing import RawProduct, shorten, to_listing
from pipeline_assets.domain.snapshots.rows import parse_snapshot
from pipeline_assets.domain.snapshots.snapshot import Snapshot
from pipeline_assets.errors import RefusedFileError
from pipeline_assets_tests.workplace import row

NOW = datetime(2025, 9, 10, 12, 0, 0, 654_321)
MINUTE = timedelta(minutes=1)
LONG_LIST = ["a" * 60]


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        pytest.param(None, "bad_json", "None is not a JSON object", id="null"),
        pytest.param(LONG_LIST, "bad_json", f"['{'a' * 58}… is not a JSON object", id="list"),
        pytest.param({"product": 7}, "no_product", "the line has no product object", id="number"),
        pytest.param({"metadata": {}}, "no_product", "the line has no product object", id="none"),
        pytest.param(
            {"product": {"sku": [2], "name": "Tea"}, "metadata": {"company": "coles"}},
            "no_sku",
            "sku is [2], not text or a number",
            id="a SKU in a list",
        ),
        pytest.param(
            row("2", company="coles", store_id="7"),
            "other_store",
            "the row is for coles 7, but the file is for aldi G1",
            id="another store",
        ),
        pytest.param(
            {"product": {"sku": 1.5, "name": "Tea", "image_url": [1]}, "metadata": {"store_id": 2}},
            "other_store",
            "the row is for None 2, but the file is for aldi G1",
            id="another store in a row with an odd field",
        ),
        pytest.param(
            row("1"),
            "repeated_sku",
            "SKU 1 already appears in line 1; the first row is kept",
            id="a SKU again",
        ),
    ],
)
def test_a_rejected_row_is_told_with_its_facts(line: object, reason: str, detail: str) -> None:
    lines = [json.dumps(row("1")).encode(), json.dumps(line).encode()]
    (rejected,) = parse_snapshot(lines, ZoneInfo("UTC")).rejected
    assert (rejected.line, rejected.reason, rejected.detail) == (2, reason, detail)


def test_a_line_that_is_no_json_is_told_with_the_place() -> None:
    lines = [json.dumps(row("1")).encode(), b'{"product": }']
    (rejected,) = parse_snapshot(lines, ZoneInfo("UTC")).rejected
    assert rejected.detail == "not valid JSON: JSON is malformed: invalid character (byte 12)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a" * 58, f"'{'a' * 58}'"),
        ("a" * 59, f"'{'a' * 59}…"),
        (Decimal("1.50"), "1.50"),
    ],
)
def test_a_value_is_shown_in_sixty_characters_at_most(value: object, shown: str) -> None:
    assert shorten(value) == shown


@pytest.mark.parametrize(
    ("ahead", "last", "message"),
    [
        pytest.param(
            timedelta(days=2),
            None,
            "The snapshot's time, 2025-09-12 12:00:00 UTC, is more than 1 day, 0:00:00 ahead of "
            "now, 2025-09-10 12:00:00 UTC. Correct the scraper's clock and scrape again.",
            id="future",
        ),
        pytest.param(
            -MINUTE,
            LastSnapshot(NOW, 1),
            "The snapshot's time, 2025-09-10 11:59:00 UTC, is not later than that of the store's "
            "last accepted snapshot, 2025-09-10 12:00:00 UTC. The catalogue's prices are at least "
            "as new, so there is nothing to do.",
            id="stale",
        ),
        pytest.param(
            0 * MINUTE,
            LastSnapshot(NOW - MINUTE, 10),
            "Only 1 rows have a price; the store's last accepted snapshot had 10, and at least 90% "
            "of that is required. Accepting this one would delist articles that are still sold. "
            "Scrape the store again. If it really sells this little now, run: pipeline-assets "
            "requeue --force FILE.",
            id="partial",
        ),
    ],
)
def test_a_refusal_gives_the_figures_and_what_to_do(
    ahead: timedelta, last: LastSnapshot | None, message: str
) -> None:
    header = Header("aldi", "G1", None, None, NOW + ahead, date(2025, 9, 10))
    listing = to_listing(1, RawProduct(name="Tea", sku=1, price_current=1), {})
    with pytest.raises(RefusedFileError) as refused:
        check_acceptance(
            Snapshot(header, [listing], []), last, NOW, AcceptanceRules(0.9, timedelta(days=1))
        )
    assert refused.value.message == message


def test_a_file_without_metadata_is_told_how_a_line_should_look() -> None:
    with pytest.raises(RefusedFileError) as refused:
        parse_snapshot([b'{"product": {"sku": "1", "name": "Tea"}}'], ZoneInfo("UTC"))
    assert refused.value.message == (
        "No line has metadata, so the store and the time are unknown. A line should look like "
        '{"product": {...}, "metadata": {"company": ..., "store_id": ..., "scraped_date": ...}}.'
    )
