"""Job `product_update`, executed in process on a persistent instance."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from pipeline_assets.definitions import build_defs
from pipeline_assets.services.files import attempt
from pipeline_assets.services.ingestion import ingest_file
from pipeline_assets.services.ingestion.write_snapshot import WrittenSnapshot, write_snapshot
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.orchestration.job_runs import (
    ASSETS,
    materialized,
    observed,
    restarts,
    run,
    words,
)
from pipeline_assets_tests.workplace import Workplace, row

A_BUG = "ValueError: a bug. The log of its run shows where that happened."


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A workplace that waits a tenth of a second for a lock, and fails three times at the most."""
    workplace.change(settings={"lock_timeout_s": 0.1, "max_failures": 3})
    assert workplace.pipeline
    return workplace


def attempts(place: Workplace) -> list[tuple[Any, ...]]:
    return place.rows("SELECT outcome, message FROM file_attempts ORDER BY attempt_id")


def test_an_accepted_file_materializes_both_assets_with_its_figures_and_the_tables_rows(
    place: Workplace,
) -> None:
    place.take("day0.jsonl", [row("1", 1.5), row("2", 2.0, name="Tea"), row("3", 3, name="Oats")])
    place.drop(
        "day1.jsonl",
        [
            row("1", 1.7, day="2025-09-02"),
            row("2", 2.0, name="Tea", day="2025-09-02"),
            row("4", 4, name="Honey", barcode="9300675024235", day="2025-09-02"),
            row("5", "N/A", day="2025-09-02"),
            row("6", None, name="Rye Bread", day="2025-09-02"),
        ],
    )
    result = run(place, "day1.jsonl")
    assert result.success
    found = materialized(place, result.run_id)
    seconds = [float(found[asset].pop("file_seconds")) for asset in ASSETS]
    assert all(0 < one < 60 for one in seconds)
    (archived,) = [name for name in place.files("archive") if "day1" in name]
    figures = {
        "file": "day1.jsonl",
        "company": "aldi",
        "store": "G1",
        "scraped_date": "2025-09-02",
        "archived_as": f"archive/{archived}",
        "file_rows_read": "5",
        "file_rows_accepted": "4",
        "file_rows_rejected": "1",
        "file_rejected_by_reason": {"bad_price": 1},
        "file_rows_priced": "3",
        "file_skus_new": "2",
        "file_skus_changed": "0",
        "file_skus_matched_by_rule": {"alone": 2},
        "file_products_new": "2",
        "file_prices_new": "1",
        "file_prices_changed": "1",
        "file_prices_unchanged": "1",
        "file_prices_delisted": "1",
    }
    assert found == {
        "processed_products": figures | {"dagster/row_count": 5},
        "store_prices": figures | {"dagster/row_count": 3},
    }


def test_a_stores_file_does_not_change_what_another_stores_rows_count_for(
    place: Workplace,
) -> None:
    place.drop("large.jsonl", [row(str(n), n, name=f"Tea {n}") for n in range(1, 10)])
    place.drop("small.jsonl", [row("1", 1, name="Tea 1", store_id="G2")])
    counts = []
    for name in ("large.jsonl", "small.jsonl"):
        found = materialized(place, run(place, name).run_id)
        counts.append([found[asset]["dagster/row_count"] for asset in ASSETS])
        numbers = {name for name, value in found[ASSETS[0]].items() if isinstance(value, int)}
        assert numbers == {"dagster/row_count"}  # Dagster draws lines through numbers
    assert counts == [[9, 9], [9, 10]]
    assert counts[-1] == [place.one(f"SELECT COUNT(*) FROM {t}") for t in ("skus", "prices")]


def test_a_refused_file_is_a_success_with_an_observation_and_no_materialization(
    place: Workplace,
) -> None:
    place.drop("empty.jsonl", b"")
    result = run(place, "empty.jsonl")
    assert result.success
    assert materialized(place, result.run_id) == {}
    (seen,) = observed(place, result.run_id)
    assert (seen["file"], seen["outcome"], seen["reason"]) == (
        "empty.jsonl",
        "quarantined",
        "no_metadata",
    )
    assert (place.data / seen["lies_in"]).read_bytes() == b""
    assert len(seen["message"]) > 20


def test_a_file_that_never_was_fails_in_one_sentence(place: Workplace) -> None:
    result = run(place, "gone.jsonl")
    assert not result.success
    assert restarts(place, result.run_id) == 0
    said = words(place, result.run_id)
    assert f"There is no 'gone.jsonl' in {place.inbox}, and no run has ever processed" in said
    assert materialized(place, result.run_id) == {}
    assert observed(place, result.run_id) == []
    assert attempts(place) == []


def test_without_config_the_oldest_file_that_can_be_taken_is_taken(place: Workplace) -> None:
    place.drop("a.jsonl", [row(store_id="G2", day="2025-09-03")])
    place.drop("b.jsonl", [row(store_id="G1", day="2025-09-02")])
    place.drop("c.jsonl", [row(store_id="G1", day="2025-09-01")])
    result = run(place)
    assert materialized(place, result.run_id)["store_prices"]["file"] == "c.jsonl"
    stored = place.instance.get_run_by_id(result.run_id)
    assert stored is not None
    assert stored.tags["pipeline/file"] == "c.jsonl"
    assert place.files("product_inbox") == ["a.jsonl", "b.jsonl"]


def test_without_config_and_without_a_file_the_run_ends_well_and_says_so(place: Workplace) -> None:
    result = run(place)
    assert result.success
    assert materialized(place, result.run_id) == {}
    assert "No file in product_inbox/ is ready; there is nothing to do." in words(
        place, result.run_id
    )


@pytest.mark.parametrize("moment", ["path_in", "read_file"])
@pytest.mark.parametrize("file", ["a.jsonl", None])
def test_while_another_holds_the_lock_the_step_starts_again_and_then_takes_the_file(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, moment: str, file: str | None
) -> None:
    place.change(settings=place.settings | {"max_failures": 10})
    place.drop("a.jsonl", [row()])
    original = getattr(attempt, moment)
    locks: list[threading.Timer] = []

    def locking_once(*arguments: Any) -> Any:
        if not locks:
            locks.append(hold_the_lock(place.data / "catalogue.sqlite", 0.4))
        return original(*arguments)

    monkeypatch.setattr(attempt, moment, locking_once)
    result = run(place, file)
    locks[0].join()
    assert result.success
    assert materialized(place, result.run_id)["store_prices"]["file_prices_new"] == "1"
    assert 1 <= restarts(place, result.run_id) <= 5
    said = words(place, result.run_id)
    assert "a.jsonl could not be processed (OperationalError: database is locked" in said
    assert "Next try in 0 s." in said
    assert place.one("SELECT count(*) FROM prices") == 1
    outcomes = [outcome for outcome, _ in attempts(place)]
    assert outcomes[-1] == "accepted"
    assert set(outcomes[:-1]) <= {"failed"}


def hold_the_lock(database: Path, seconds: float) -> threading.Timer:
    """Lock the database for writing, as another process may; the timer ends it."""
    other = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def release() -> None:
        other.rollback()
        other.close()

    timer = threading.Timer(seconds, release)
    timer.start()
    return timer


def failing_writes(error: Exception, times: int) -> Callable[..., WrittenSnapshot]:
    """`write_snapshot` that fails after it wrote everything, the first `times` times."""
    failures: list[Exception] = []

    def write(connection: Connection, *arguments: Any) -> WrittenSnapshot:
        written = write_snapshot(connection, *arguments)
        if len(failures) < times:
            failures.append(error)
            raise error
        return written

    return write


DUPLICATE = IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: products.barcode"))


def test_an_error_that_passes_is_recorded_and_tried_again_with_nothing_left_of_the_first_try(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.drop("a.jsonl", [row()])
    monkeypatch.setattr(ingest_file, "write_snapshot", failing_writes(DUPLICATE, 2))
    result = run(place, "a.jsonl")
    assert result.success
    assert restarts(place, result.run_id) == 2
    cause = "Exception: UNIQUE constraint failed: products.barcode"
    assert attempts(place) == [("failed", cause), ("failed", cause), ("accepted", None)]
    assert f"({cause}; failure 2 in a row)" in words(place, result.run_id)
    assert place.one("SELECT count(*) FROM price_history") == 1
    assert len(place.files("archive")) == 1


def test_the_last_permitted_failure_in_a_row_halts_the_file(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.drop("a.jsonl", [row()])
    monkeypatch.setattr(ingest_file, "write_snapshot", failing_writes(DUPLICATE, 99))
    result = run(place, "a.jsonl")
    assert not result.success
    assert [outcome for outcome, _ in attempts(place)] == ["failed", "failed", "halted"]
    assert attempts(place)[-1][1].startswith(
        "3 failures in a row; the last one was Exception: UNIQUE"
    )
    assert restarts(place, result.run_id) == 2
    assert place.files("product_inbox") == ["a.jsonl"]
    assert place.drain().left.halted.keys() == {"a.jsonl"}


def test_any_other_error_halts_the_file_at_once_and_says_how_to_go_on(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.drop("a.jsonl", [row()])
    monkeypatch.setattr(ingest_file, "write_snapshot", failing_writes(ValueError("a bug"), 99))
    result = run(place, "a.jsonl")
    assert not result.success
    assert restarts(place, result.run_id) == 0
    assert attempts(place) == [("halted", A_BUG)]
    said = words(place, result.run_id)
    assert "a.jsonl is halted: ValueError: a bug" in said
    assert "pipeline-assets requeue a.jsonl" in said
    assert place.one("SELECT count(*) FROM skus") == 0
    assert place.drain().left.halted == {"a.jsonl": A_BUG}
    monkeypatch.setattr(ingest_file, "write_snapshot", write_snapshot)
    requeue(place.pipeline, "a.jsonl")
    assert place.outcomes(place.drain()) == {"a.jsonl": ("accepted", None)}


@pytest.mark.parametrize("name", ["../x", "../outside.jsonl", "/etc/hostname", "..", "sub/a.jsonl"])
def test_a_name_that_leads_out_of_the_inbox_fails_clearly_and_touches_nothing(
    place: Workplace, name: str
) -> None:
    outside = place.data / "outside.jsonl"
    outside.write_text("mine")
    before = place.tables(without=())
    result = run(place, name)
    assert not result.success
    assert f"{name!r} is not the name of a file directly in" in words(place, result.run_id)
    assert restarts(place, result.run_id) == 0
    assert outside.read_text() == "mine"
    assert place.tables(without=()) == before
    assert place.files("archive") == place.files("quarantine") == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("notes.txt", "its name does not end in .jsonl or .jsonl.gz"),
        ("missing.csv", "its name does not end in .jsonl or .jsonl.gz"),
        (".hidden.jsonl", "its name starts with a dot"),
        ("link.jsonl", "a symbolic link"),
        ("folder.jsonl", "a folder"),
    ],
)
def test_a_name_of_what_is_no_snapshot_fails_clearly_and_quarantines_nothing(
    place: Workplace, name: str, says: str
) -> None:
    (place.inbox / "notes.txt").write_text("mine")
    (place.inbox / ".hidden.jsonl").write_text("half")
    (place.inbox / "link.jsonl").symlink_to(place.inbox / "notes.txt")
    (place.inbox / "folder.jsonl").mkdir()
    before = place.tables(without=())
    result = run(place, name)
    assert not result.success
    assert f"{name!r} in {place.inbox} is not processed: {says}" in words(place, result.run_id)
    assert restarts(place, result.run_id) == 0
    assert place.tables(without=()) == before
    assert place.files("archive") == place.files("quarantine") == []
    assert sorted(path.name for path in place.inbox.iterdir()) == [
        ".hidden.jsonl",
        "folder.jsonl",
        "link.jsonl",
        "notes.txt",
    ]


def test_the_definitions_load_and_the_job_selects_exactly_the_two_assets() -> None:
    definitions = build_defs()
    dg.Definitions.validate_loadable(definitions)
    job = definitions.resolve_job_def("product_update")
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == set(ASSETS)
    graph = definitions.resolve_asset_graph()
    groups = {graph.get(dg.AssetKey(asset)).group_name for asset in ASSETS}
    assert groups == {"product_update"}
    (sensor,) = [one for one in definitions.sensors or [] if one.name == "product_inbox_sensor"]
    assert sensor.job_name == "product_update"
