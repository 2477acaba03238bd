"""Refusals that need earlier files or other limits; and second chances.

Files whose own bytes are the problem are in `test_bad_files`.
"""

import gzip
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.errors import UsageError
from pipeline_assets.services.files.outcomes import State
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

ARCHIVED = (State.ARCHIVED, None)


def rows(skus: Iterable[int], day: str = "2025-09-01", **more: Any) -> list[dict[str, Any]]:
    """A snapshot with these SKUs."""
    return [row(sku, 2, name=f"Biscuit {sku}", day=day, **more) for sku in skus]


def packed(*content: dict[str, Any]) -> bytes:
    """The bytes of a plain file with these rows."""
    return "".join(json.dumps(one) + "\n" for one in content).encode()


def take(place: Workplace, name: str, content: Any) -> tuple[State, str | None]:
    """Drop and take a file: how it ended, and why it was refused."""
    outcome = place.take(name, content)
    return outcome.state, outcome.reason


def sold(place: Workplace) -> int:
    count = place.one("SELECT COUNT(*) FROM store_prices")
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize(
    ("setting", "limit", "says"),
    [
        ("PACKED", 400, "it has 401 bytes, more than 400"),
        ("UNPACKED", 400, "it has more than 400 bytes"),
        ("LINE", 200, "line 2 has 201 bytes, more than 200"),
    ],
)
def test_a_plain_file_may_be_as_large_as_the_limit_and_no_larger(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, setting: str, limit: int, says: str
) -> None:
    monkeypatch.setenv(f"PIPELINE_MAX_{setting}_BYTES", str(limit))
    first, second = (json.dumps(row(sku)) for sku in (1, 2))

    def padded(length: int) -> bytes:
        # a line limit is about the second line, the others about the whole file
        spaces = length - len(second) - (0 if setting == "LINE" else len(first) + 1)
        return f"{first}\n{second}{' ' * spaces}".encode()

    too_large = workplace.take("too large.jsonl", padded(limit + 1))
    assert (too_large.state, too_large.reason) == (State.QUARANTINED, "unreadable")
    assert says in (too_large.message or "")
    assert sold(workplace) == 0
    assert take(workplace, "just right.jsonl", padded(limit)) == ARCHIVED
    assert sold(workplace) == 2


def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_MAX_UNPACKED_BYTES", str(3 * 2**20))
    content = packed(row())
    bomb = gzip.compress(content + b"\n" * (64 * 2**20))
    assert len(bomb) < 100_000
    outcome = workplace.take("bomb.jsonl.gz", bomb)
    assert (outcome.state, outcome.reason) == (State.QUARANTINED, "unreadable")
    assert "uncompressed, it has more than 3,145,728 bytes" in (outcome.message or "")
    at_the_limit = gzip.compress(content + b"\n" * (3 * 2**20 - len(content)))
    assert take(workplace, "as large as may be.jsonl.gz", at_the_limit) == ARCHIVED


@pytest.mark.parametrize(
    ("scraped", "state"),
    [
        ("2025-09-11T12:00:00Z", State.ARCHIVED),
        ("2025-09-11T12:00:01Z", State.QUARANTINED),
        ("2025-09-11T22:00:00+10:00", State.ARCHIVED),
        ("2025-09-11T22:00:01+10:00", State.QUARANTINED),
        ("2025-09-11", State.ARCHIVED),
        ("2025-09-12", State.QUARANTINED),
    ],
)
def test_a_snapshot_may_be_a_day_ahead_and_no_more(
    workplace: Workplace, scraped: str, state: State
) -> None:
    workplace.clock = Clock(datetime(2025, 9, 10, 12))
    reason = "future" if state is State.QUARANTINED else None
    assert take(workplace, "ahead.jsonl", [row(day=scraped)]) == (state, reason)


def test_a_file_from_the_future_does_not_block_the_stores_next_ones(workplace: Workplace) -> None:
    assert take(workplace, "wrong clock.jsonl", [row(day="2099-01-01")])[1] == "future"
    assert take(workplace, "right.jsonl", [row(day="2025-09-01")]) == ARCHIVED


@pytest.mark.parametrize("scraped", ["2025-08-31", "2025-09-01T09:59:59", "2025-09-01T10:00:00"])
def test_what_is_not_later_than_the_last_accepted_is_stale(
    workplace: Workplace, scraped: str
) -> None:
    assert take(workplace, "last.jsonl", [row(1, 5, day="2025-09-01T10:00:00")]) == ARCHIVED
    refused = take(workplace, "older.jsonl", [row(1, 6, day=scraped)])
    assert refused == (State.QUARANTINED, "stale")
    assert workplace.rows("SELECT price FROM store_prices") == [(5.0,)]
    assert take(workplace, "newer.jsonl", [row(1, 7, day="2025-09-01T10:00:01")]) == ARCHIVED
    assert take(workplace, "elsewhere.jsonl", [row(1, 6, day=scraped, store_id="G2")]) == ARCHIVED


def test_nine_tenths_of_the_last_priced_rows_are_enough_and_fewer_are_partial(
    workplace: Workplace,
) -> None:
    unpriced = [row(900 + n, None, name=f"Listed {n}") for n in range(50)]
    assert take(workplace, "1.jsonl", rows(range(20)) + unpriced) == ARCHIVED
    day_2 = rows(range(17), "2025-09-02") + [row(n, None, day="2025-09-02") for n in (18, 19)]
    assert take(workplace, "2.jsonl", day_2) == (State.QUARANTINED, "partial")
    assert sold(workplace) == 20
    assert take(workplace, "3.jsonl", rows(range(18), "2025-09-03")) == ARCHIVED
    assert sold(workplace) == 18
    # measured against the last accepted one: 16 of 18 are fewer than 16.2
    assert take(workplace, "4.jsonl", rows(range(16), "2025-09-04"))[1] == "partial"
    assert take(workplace, "5.jsonl", rows(range(17), "2025-09-05")) == ARCHIVED


def test_the_share_that_is_enough_is_a_setting(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_PARTIAL_SHARE", "0.5")
    assert take(workplace, "1.jsonl", rows(range(10))) == ARCHIVED
    assert take(workplace, "2.jsonl", rows(range(4), "2025-09-02"))[1] == "partial"
    assert take(workplace, "3.jsonl", rows(range(5), "2025-09-03")) == ARCHIVED


def test_an_operator_permits_a_partial_file_once_by_its_digest(workplace: Workplace) -> None:
    take(workplace, "full.jsonl", rows(range(10)))
    assert take(workplace, "short.jsonl", rows([1, 2], "2025-09-02"))[1] == "partial"
    back = requeue(workplace.pipeline, "short.jsonl")
    assert (back.name, back.came_from.split("/")[:2]) == ("short.jsonl", ["quarantine", "partial"])
    assert workplace.ingest(back.name).reason == "partial"
    assert sold(workplace) == 10
    requeue(workplace.pipeline, "short.jsonl", force=True)
    assert workplace.outcomes(workplace.drain()) == {"short.jsonl": ("accepted", None)}
    assert sold(workplace) == 2
    # the same bytes count once, and the permit is no other file's
    assert take(workplace, "short.jsonl", rows([1, 2], "2025-09-02"))[1] == "duplicate"
    assert take(workplace, "short.jsonl", rows([1], "2025-09-03"))[1] == "partial"
    assert sold(workplace) == 2


def test_a_permit_for_a_short_file_does_not_make_it_later(workplace: Workplace) -> None:
    take(workplace, "full.jsonl", rows(range(10), "2025-09-05"))
    assert take(workplace, "old.jsonl", rows([1], "2025-09-04"))[1] == "stale"
    requeue(workplace.pipeline, "old.jsonl", force=True)
    assert workplace.ingest("old.jsonl").reason == "stale"
    assert sold(workplace) == 10


def test_why_a_file_was_refused_stays_on_record_when_it_is_sent_back(workplace: Workplace) -> None:
    take(workplace, "full.jsonl", rows(range(10)))
    name = "n" * 244 + ".jsonl"
    assert take(workplace, name, rows([1], "2025-09-02"))[1] == "partial"
    (kept,) = [file for file in workplace.files("quarantine") if not file.endswith(".json")]
    assert requeue(workplace.pipeline, kept, force=True).name == name
    assert workplace.files("product_inbox") == [name]
    (told,) = workplace.files("quarantine")
    assert told == f"{kept}.requeued.json"
    sidecar = json.loads((workplace.data / "quarantine" / told).read_text())
    assert (sidecar["file"], sidecar["reason"]) == (name, "partial")
    assert workplace.ingest(name).state is State.ARCHIVED


def test_a_name_that_two_refused_files_have_is_asked_for_by_path(workplace: Workplace) -> None:
    take(workplace, "a.jsonl", b"")
    take(workplace, "a.jsonl", [row(None)])
    with pytest.raises(
        UsageError, match=r"name one of these: no_metadata/\w+-a.jsonl, no_products/\w+-a"
    ):
        requeue(workplace.pipeline, "a.jsonl")
    with pytest.raises(UsageError, match=r"There is no 'b.jsonl'"):
        requeue(workplace.pipeline, "b.jsonl")
    wanted = next(file for file in workplace.files("quarantine") if file.startswith("no_prod"))
    back = requeue(workplace.pipeline, wanted)
    assert (back.name, back.came_from) == ("a.jsonl", f"quarantine/{wanted}")
    assert workplace.ingest("a.jsonl").reason == "no_products"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.jsonl", "b.jsonl"),
        ("a.jsonl", "a.jsonl"),
        ("a.jsonl", "a.jsonl.gz"),
        ("a.jsonl.gz", "b.jsonl"),
        ("a.jsonl.gz", "b.jsonl.gz"),
    ],
)
def test_the_same_bytes_are_a_duplicate_under_any_name_packed_or_not(
    workplace: Workplace, first: str, second: str
) -> None:
    assert take(workplace, first, rows([1, 2])) == ARCHIVED
    before = workplace.tables()
    outcome = workplace.take(second, rows([1, 2]))
    assert (outcome.state, outcome.reason) == (State.QUARANTINED, "duplicate")
    assert f"product_inbox/{first}" in (outcome.message or "")
    assert workplace.tables() == before


def test_files_packed_in_two_ways_are_one_snapshot(workplace: Workplace) -> None:
    content = packed(row())
    assert take(workplace, "fast.jsonl.gz", gzip.compress(content, 1, mtime=1)) == ARCHIVED
    assert take(workplace, "small.jsonl.gz", gzip.compress(content, 9))[1] == "duplicate"


def test_the_first_rule_that_fails_names_the_reason(workplace: Workplace) -> None:
    take(workplace, "full.jsonl", rows(range(10), "2025-09-05"))
    # also stale and partial / also partial / also without rows / also without a store
    assert take(workplace, "1.jsonl", rows(range(10), "2025-09-05"))[1] == "duplicate"
    assert take(workplace, "2.jsonl", rows([1], "2025-09-04"))[1] == "stale"
    assert take(workplace, "3.jsonl", rows([1], "2999-09-04"))[1] == "future"
    assert take(workplace, "4.jsonl", [row(None, day="2999-09-04")])[1] == "no_products"
    assert take(workplace, "5.jsonl", [row(None, store_id=None)])[1] == "no_metadata"
    assert take(workplace, "6.jsonl", b'{"product": 1}\n\xff')[1] == "unreadable"


def test_an_unfinished_move_is_finished_and_is_no_duplicate(workplace: Workplace) -> None:
    place = workplace.take("a.jsonl", [row(1, 5)]).place
    assert place is not None
    before = workplace.tables()
    # as a crash between the commit and the move leaves it
    (workplace.data / place).rename(workplace.inbox / "a.jsonl")
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(text("UPDATE ingested_files SET moved_at = NULL"))
    outcome = workplace.ingest("a.jsonl")
    assert (outcome.state, outcome.place) == (State.ARCHIVED, place)
    assert (outcome.state, outcome.counts) == ("archived", {})
    assert workplace.files("archive") == [Path(place).name]
    assert workplace.files("product_inbox") == []
    assert workplace.one("SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NULL") == 0
    assert {**workplace.tables(), "ingested_files": []} == {**before, "ingested_files": []}
    assert take(workplace, "a.jsonl", [row(1, 5)])[1] == "duplicate"


def test_refused_files_of_one_name_and_content_are_all_kept(workplace: Workplace) -> None:
    for _ in range(3):
        assert take(workplace, "a.jsonl", b"\n")[1] == "no_metadata"
    kept = workplace.files("quarantine/no_metadata")
    stem = kept[0].removesuffix("-2.jsonl")
    assert kept == [
        f"{stem}{number}.jsonl{ending}" for number in ("-2", "-3", "") for ending in ("", ".json")
    ]
