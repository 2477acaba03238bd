"""Transient errors: the real errors of both databases, through the real job."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from pipeline_assets.catalogue import groups
from pipeline_assets.orchestration.drain import post_process
from pipeline_assets.services.ingestion import ingest_file
from pipeline_assets.services.ingestion.write_snapshot import WrittenSnapshot, write_snapshot
from pipeline_assets.services.operators.requeue import requeue, requeue_all_halted
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.orchestration.job_runs import materialized, restarts, run, words
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

DUPLICATE = "INSERT INTO companies SELECT * FROM companies"
NOT_PASSING = "INSERT INTO no_such_table VALUES (1)"
NAMED = ("1062 (23000): Duplicate entry", "UNIQUE constraint failed: companies.company")


def broken_writes(statement: str, times: int) -> Callable[..., WrittenSnapshot]:
    """`write_snapshot` that writes everything, then runs a statement that fails, so many times."""
    failures: list[str] = []

    def write(connection: Connection, *arguments: Any) -> WrittenSnapshot:
        written = write_snapshot(connection, *arguments)
        if len(failures) < times:
            failures.append(statement)
            connection.execute(text(statement))
        return written

    return write


def outcomes(place: Workplace) -> list[str]:
    """The record of attempts."""
    rows = place.rows("SELECT outcome FROM file_attempts ORDER BY attempt_id")
    return [outcome for (outcome,) in rows]


def rows(day: str = "2025-09-01") -> list[dict[str, Any]]:
    """A snapshot."""
    return [row(str(sku), sku, name=f"Tea {sku}", brand="Tips", day=day) for sku in range(1, 9)]


@pytest.mark.parametrize("times", [1, 2, 9])
def test_a_duplicate_key_up_to_nine_times_ends_in_success_after_as_many_restarts(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    workplace.drop("a.jsonl", rows())
    monkeypatch.setattr(ingest_file, "write_snapshot", broken_writes(DUPLICATE, times))
    result = run(workplace, "a.jsonl")
    assert result.success
    assert restarts(workplace, result.run_id) == times
    assert outcomes(workplace) == ["failed"] * times + ["accepted"]
    said = words(workplace, result.run_id)
    assert any(name in said for name in NAMED)
    assert f"failure {times} in a row" in said
    assert "the step is retried on a new connection" in said
    assert materialized(workplace, result.run_id)["store_prices"]["file_prices_new"] == "8"
    assert len(workplace.files("archive")) == 1


def test_each_try_has_a_connection_of_its_own(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a try leaves on its connection, such as the settings of its session, ends with it."""
    workplace.drop("a.jsonl", rows())
    write, connections = broken_writes(DUPLICATE, 2), []

    def watched(connection: Connection, *arguments: Any) -> WrittenSnapshot:
        connections.append(connection.connection.dbapi_connection)
        return write(connection, *arguments)

    monkeypatch.setattr(ingest_file, "write_snapshot", watched)
    assert run(workplace, "a.jsonl").success
    assert len({id(connection) for connection in connections}) == 3


def test_nothing_of_a_failed_try_is_left(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Workplace.create(tmp_path_factory.mktemp("undisturbed")) as undisturbed:
        undisturbed.take("a.jsonl", rows())
        expected = contents(undisturbed)
    workplace.drop("a.jsonl", rows())
    monkeypatch.setattr(ingest_file, "write_snapshot", broken_writes(DUPLICATE, 4))
    assert run(workplace, "a.jsonl").success
    assert differences(expected, contents(workplace)) == {}


def test_the_tenth_in_a_row_halts_the_file_and_an_operator_starts_it_anew(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.drop("a.jsonl", rows())
    monkeypatch.setattr(ingest_file, "write_snapshot", broken_writes(DUPLICATE, 19))
    result = run(workplace, "a.jsonl")
    assert not result.success
    assert restarts(workplace, result.run_id) == 9
    assert outcomes(workplace) == ["failed"] * 9 + ["halted"]
    assert workplace.files("product_inbox") == ["a.jsonl"]
    assert workplace.files("quarantine") == []
    (why,) = workplace.drain().left.halted.values()
    assert why.startswith("10 failures in a row; the last one was ")
    assert any(name in why for name in NAMED)
    assert workplace.one("SELECT COUNT(*) FROM skus") == 0

    assert [one.name for one in requeue_all_halted(workplace.pipeline)] == ["a.jsonl"]
    assert workplace.outcomes(workplace.drain()) == {"a.jsonl": ("accepted", None)}
    assert outcomes(workplace)[10:] == ["requeued", *["failed"] * 9, "accepted"]


def test_a_launch_by_name_tries_a_halted_file_anew(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.drop("a.jsonl", rows())
    monkeypatch.setattr(ingest_file, "write_snapshot", broken_writes(DUPLICATE, 12))
    assert not run(workplace, "a.jsonl").success
    assert run(workplace, "a.jsonl").success
    assert outcomes(workplace) == [*["failed"] * 9, "halted", *["failed"] * 2, "accepted"]


def test_a_success_begins_anew(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in ("2025-09-01", "2025-09-02"):
        workplace.drop("a.jsonl", rows(day))
        monkeypatch.setattr(ingest_file, "write_snapshot", broken_writes(DUPLICATE, 9))
        assert run(workplace, "a.jsonl").success
    assert outcomes(workplace) == [*["failed"] * 9, "accepted"] * 2


def test_another_error_of_the_database_is_not_tried_again(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.drop("a.jsonl", rows())
    monkeypatch.setattr(ingest_file, "write_snapshot", broken_writes(NOT_PASSING, 99))
    result = run(workplace, "a.jsonl")
    assert not result.success
    assert restarts(workplace, result.run_id) == 0
    assert outcomes(workplace) == ["halted"]
    monkeypatch.setattr(ingest_file, "write_snapshot", write_snapshot)
    requeue(workplace.pipeline, "a.jsonl")
    assert run(workplace, "a.jsonl").success


def test_a_step_of_post_processing_starts_again_too(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.take("a.jsonl", rows())
    original = groups.write_groups
    failures: list[int] = []

    def broken(connection: Connection, *arguments: Any, **options: Any) -> None:
        original(connection, *arguments, **options)
        if len(failures) < 3:
            failures.append(1)
            connection.execute(text(DUPLICATE))

    monkeypatch.setattr(groups, "write_groups", broken)
    result = post_process(workplace.instance, workplace.definitions, PostProcessingOptions())
    assert result.success
    assert restarts(workplace, result.run_id) == 3
    assert any(name in words(workplace, result.run_id) for name in NAMED)
