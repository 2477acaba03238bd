"""`pipeline-assets check`: what would become of a file, and that nothing becomes of it."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = ON_OBJECTS_TOO = True


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


def written(place: Workplace, rows: Sequence[Mapping[str, Any]], name: str = "a.jsonl") -> Path:
    """A file with these rows, outside the inboxes."""
    file = place.root / name
    text = "".join(json.dumps(one) + "\n" for one in rows).encode()
    file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return file


def several(count: int, day: str = "2025-09-01") -> list[dict[str, Any]]:
    return [row(str(sku), day=day) for sku in range(count)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_good_file_would_be_accepted(command: Command, workplace: Workplace, name: str) -> None:
    file = written(workplace, [*several(3), row("3", None)], name)
    before = (workplace.tables(), workplace.files(""))
    ran = command("check", str(file))
    assert ran.status == 0
    assert "store: aldi G1" in ran.out
    assert "rows:  4, 0 of them rejected, 3 with a price" in ran.out
    assert "It would be accepted." in ran.out
    assert (workplace.tables(), workplace.files("")) == before
    assert file.exists()


def test_rejected_rows_and_dropped_fields_are_told(command: Command, workplace: Workplace) -> None:
    rows = [*several(2), row("2", -1), row("0"), row("4", barcode="123")]
    file = written(workplace, rows)
    ran = command("check", str(file))
    assert ran.status == 0
    assert "line 3: bad_price" in ran.out
    assert "line 4: repeated_sku" in ran.out
    assert "left out of 1 rows: barcode" in ran.out
    found = command("check", str(file), "--json").json()
    assert [one["reason"] for one in found["rejected"]] == ["bad_price", "repeated_sku"]
    assert (found["rows_read"], found["rows_rejected"], found["is_accepted"]) == (5, 2, True)
    assert command("check", str(file), "--strict").status == 3


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no_metadata"),
        ([{"product": {"sku": "1"}}], "no_metadata"),
        ([row(name=None)], "no_products"),
        ([row(day="2999-01-01")], "future"),
        (several(10, "2025-08-01"), "stale"),
        (several(5, "2025-09-02"), "partial"),
    ],
)
def test_a_file_that_would_be_refused_is_told_why(
    command: Command, workplace: Workplace, rows: list[dict[str, Any]], reason: str
) -> None:
    workplace.take("first.jsonl", several(10))
    ran = command("check", str(written(workplace, rows)))
    assert ran.status == 1
    assert f"It would be refused as `{reason}`: " in ran.out
    found = command("check", str(written(workplace, rows)), "--json").json()
    assert (found["is_accepted"], found["reason"]) == (False, reason)
    assert workplace.drop("a.jsonl", rows)
    assert workplace.ingest("a.jsonl").reason == reason  # as the command says


def test_the_bytes_of_an_accepted_file_would_be_a_duplicate(
    command: Command, workplace: Workplace
) -> None:
    workplace.take("first.jsonl", several(10))
    found = command("check", str(written(workplace, several(10))), "--json").json()
    assert found["reason"] == "duplicate"


@pytest.mark.from_nothing
def test_it_needs_no_catalogue_and_makes_none(command: Command, workplace: Workplace) -> None:
    file = written(workplace, several(2))
    before = sorted(workplace.root.rglob("*"))
    ran = command("check", str(file))
    assert ran.status == 0
    assert sorted(workplace.root.rglob("*")) == before
    assert "as the first snapshot of its store: there is no catalogue yet" in ran.out


@pytest.mark.parametrize("name", ["missing.jsonl", "notes.txt", "folder.jsonl"])
def test_what_no_run_would_read_is_an_error(
    command: Command, workplace: Workplace, name: str
) -> None:
    (workplace.root / "notes.txt").write_text("x")
    (workplace.root / "folder.jsonl").mkdir()
    assert command("check", str(workplace.root / name)).status == 2
