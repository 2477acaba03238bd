"""A glance at Dagster's storage: it trusts only what is certainly in order, and leaves no trace."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline_assets.orchestration.storage_glance import is_certainly_in_order
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace


def files(place: Workplace) -> set[Path]:
    return set((place.home / ".dagster").rglob("*"))


def test_a_prepared_storage_is_in_order_and_stays_as_it_is(workplace: Workplace) -> None:
    before = files(workplace)
    assert is_certainly_in_order(workplace.home)
    assert files(workplace) == before


@pytest.mark.from_nothing
def test_a_storage_that_was_never_created_is_not_created(workplace: Workplace) -> None:
    before = files(workplace)
    assert not is_certainly_in_order(workplace.home)
    assert files(workplace) == before


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO alembic_version VALUES ('another')",
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
    ],
)
@pytest.mark.parametrize("name", ["runs.db", "event_log.db", "schedules.db"])
def test_a_file_without_its_one_revision_is_not_in_order(
    workplace: Workplace, name: str, damage: str
) -> None:
    (file,) = (workplace.home / ".dagster").rglob(name)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(damage)
    assert not is_certainly_in_order(workplace.home)


@pytest.mark.parametrize(
    "config",
    [
        "",
        "run_storage: [",
        "run_storage: 1",
        (PROJECT_ROOT / "deploy/mysql/dagster.yaml").read_text(),
    ],
)
def test_another_storage_is_left_to_dagster(workplace: Workplace, config: str) -> None:
    (workplace.home / "dagster.yaml").write_text(config)
    assert not is_certainly_in_order(workplace.home)
