"""The check of refused files: what turns it red, and what alone turns it green again."""

import shlex
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.refusals import refused_since
from pipeline_assets.errors import UsageError
from pipeline_assets.services.checks.all_checks import evaluate
from pipeline_assets.services.checks.refused import REFUSED_FILES
from pipeline_assets.services.checks.verdict import NOTHING_WRONG, Verdict
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.files.run_records import NoRuns
from pipeline_assets.services.operators.acknowledge import (
    Acknowledged,
    acknowledge_all,
    acknowledge_file,
)
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True
NOON = datetime(2025, 9, 10, 12)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    workplace.change(clock=Clock(NOON))
    assert workplace.pipeline
    return workplace


def verdict(place: Workplace, hours: float = 0) -> Verdict:
    """What the check says, so many hours after noon."""
    place.change(clock=Clock(NOON + timedelta(hours=hours)))
    ((_, found),) = evaluate(place.pipeline, (REFUSED_FILES,), lambda _: NoRuns())
    return found


def refuse(place: Workplace, name: str, content: bytes = b"broken\n") -> str:
    """Have a file refused; returns its place below quarantine."""
    kept = place.take(name, content).place
    assert kept is not None
    return kept.removeprefix("quarantine/")


def refuse_partial(place: Workplace, name: str = "short.jsonl") -> str:
    place.take("full.jsonl", [row(n, n, name=f"Tea {n}") for n in range(1, 11)])
    kept = place.take(name, [row(1, 1, day="2025-09-02")]).place
    assert kept is not None
    return kept.removeprefix("quarantine/")


def shown(found: Verdict) -> list[dict[str, Any]]:
    return [dict(zip(found.columns, one, strict=True)) for one in found.rows]


def test_without_a_refused_file_the_check_passes(place: Workplace) -> None:
    place.take("a.jsonl", [row()])
    found = verdict(place)
    assert (found.passed, found.total, found.cause) == (True, 0, NOTHING_WRONG)
    assert found.summary == "No file refused in the last 24 h is left in quarantine unattended."


def test_a_refused_file_fails_it_with_name_store_reason_and_the_command(place: Workplace) -> None:
    kept = refuse_partial(place)
    found = verdict(place, hours=2)
    assert not found.passed
    command = f"pipeline-assets requeue --force {kept}"
    assert found.summary.startswith(
        f"1 file refused in the last 24 h: `short.jsonl` of `aldi G1` as partial, `{command}`. For "
    )
    assert "`pipeline-assets requeue --acknowledge FILE`" in found.summary
    (line,) = shown(found)
    assert line.pop("message").startswith("Only 1 rows have a price")
    assert line == {
        "file": "short.jsonl",
        "inbox": "product_inbox",
        "company": "aldi",
        "store": "G1",
        "reason": "partial",
        "refused_utc": "2025-09-10 12:00:00",
        "age_hours": 2.0,
        "remedy": command,
    }


def test_the_next_good_file_does_not_turn_it_green(place: Workplace) -> None:
    refuse(place, "bad.jsonl")
    place.take("good.jsonl", [row()])
    assert not verdict(place).passed


def test_the_command_that_it_names_turns_it_green(place: Workplace) -> None:
    refuse_partial(place)
    (line,) = shown(verdict(place))
    words = shlex.split(line["remedy"])
    assert words[:3] == ["pipeline-assets", "requeue", "--force"]
    requeue(place.pipeline, words[3], force=True)
    assert verdict(place).passed


def test_it_passes_once_the_file_is_old_and_the_window_is_a_setting(place: Workplace) -> None:
    refuse(place, "bad.jsonl")
    assert not verdict(place, hours=24).passed
    assert verdict(place, hours=24.01).passed
    place.settings["refused_window_s"] = 3600
    assert not verdict(place, hours=1).passed
    assert verdict(place, hours=1.01).passed


def test_an_acknowledged_file_stays_in_quarantine_and_the_others_still_fail_it(
    place: Workplace,
) -> None:
    kept = refuse(place, "one.jsonl")
    refuse(place, "two.jsonl", b"also broken\n")
    assert acknowledge_file(place.pipeline, "one.jsonl") == Acknowledged(f"quarantine/{kept}", True)
    assert [line["file"] for line in shown(verdict(place))] == ["two.jsonl"]
    assert kept in place.files("quarantine")
    again = acknowledge_file(place.pipeline, kept)
    assert again == Acknowledged(f"quarantine/{kept}", False)


def test_all_are_acknowledged_at_once_even_old_ones_and_each_only_once(place: Workplace) -> None:
    kept = [refuse(place, f"{n}.jsonl", b"broken\n" * n) for n in (1, 2, 3)]
    requeue(place.pipeline, "3.jsonl")
    verdict(place, hours=48)
    done = acknowledge_all(place.pipeline)
    assert done == [Acknowledged(f"quarantine/{one}", True) for one in sorted(kept[:2])]
    assert acknowledge_all(place.pipeline) == []


def test_a_file_that_is_refused_again_counts_anew(place: Workplace) -> None:
    refuse(place, "bad.jsonl")
    acknowledge_file(place.pipeline, "bad.jsonl")
    assert verdict(place).passed
    requeue(place.pipeline, "bad.jsonl")
    place.ingest("bad.jsonl")
    assert not verdict(place).passed
    acknowledge_file(place.pipeline, "bad.jsonl")
    assert verdict(place).passed


def test_the_same_bytes_dropped_again_are_another_file(place: Workplace) -> None:
    first, second = (refuse(place, "bad.jsonl") for _ in range(2))
    assert first != second
    assert {line["remedy"].split()[-1] for line in shown(verdict(place))} == {first, second}
    requeue(place.pipeline, first)
    assert [line["remedy"].split()[-1] for line in shown(verdict(place))] == [second]
    acknowledge_file(place.pipeline, second)
    assert verdict(place).passed


def test_a_file_that_someone_has_removed_from_quarantine_is_no_trouble(place: Workplace) -> None:
    kept = refuse(place, "bad.jsonl")
    (place.data / "quarantine" / kept).unlink()
    assert verdict(place).passed


def test_a_file_of_the_enrichment_inbox_counts_as_well(place: Workplace) -> None:
    path = place.data / "barcode_enrichment_inbox" / "coles.jsonl"
    path.write_bytes(b"broken\n")
    enrich_file(place.pipeline, "coles.jsonl")
    (line,) = shown(verdict(place))
    assert (line["file"], line["inbox"]) == ("coles.jsonl", "barcode_enrichment_inbox")


def test_the_cause_is_the_same_for_another_file_refused_for_the_same_reason(
    place: Workplace,
) -> None:
    refuse(place, "1.jsonl", b"broken\n")
    cause = verdict(place).cause
    refuse(place, "2.jsonl", b"broken, too\n")
    assert verdict(place).cause == cause
    refuse(place, "3.jsonl", b"\xff")
    assert verdict(place).cause != cause


@pytest.mark.parametrize(
    "name", ["$(touch owned).jsonl", "`b`|<img src=x>.jsonl", "-a'b \"c.jsonl", "ü\u202e\n.jsonl"]
)
def test_a_hostile_name_is_shown_as_it_is_and_its_command_means_this_file(
    place: Workplace, name: str
) -> None:
    refuse(place, name)
    found = verdict(place)
    assert "\n" not in found.summary
    assert "\u202e" not in found.summary
    (line,) = shown(found)
    spoken = line["remedy"].removeprefix("pipeline-assets requeue --acknowledge ")
    said = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {spoken}"], capture_output=True, check=True, cwd=place.root
    )
    assert not (place.root / "owned").exists()
    assert requeue(place.pipeline, said.stdout.decode().split("\0")[-2]).name == name


def test_what_is_no_refused_file_cannot_be_acknowledged(place: Workplace) -> None:
    place.drop("a.jsonl", [row()])
    with pytest.raises(
        UsageError, match=r"There is no 'a\.jsonl' in .*quarantine\. Only a refused"
    ):
        acknowledge_file(place.pipeline, "a.jsonl")
    for content in (b"x\n", b"y\n"):
        refuse(place, "b.jsonl", content)
    with pytest.raises(UsageError, match=r"'b\.jsonl' matches more than one file; name one"):
        acknowledge_file(place.pipeline, "b.jsonl")


@pytest.fixture
def plans(place: Workplace) -> Iterator[list[str]]:
    """How SQLite reads the tables for each statement from now on."""
    found: list[str] = []

    def explain(connection: Any, _: Any, statement: str, values: Any, *_more: Any) -> None:
        if place.catalogue_url or not statement.lstrip().startswith("SELECT"):
            return
        rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", values)
        found.extend(str(line[3]) for line in rows)

    event.listen(place.pipeline.engine, "before_cursor_execute", explain)
    yield found
    event.remove(place.pipeline.engine, "before_cursor_execute", explain)


def test_the_record_is_read_by_its_indexes_and_the_ledger_not_at_all(
    place: Workplace, plans: list[str]
) -> None:
    for n in range(3):
        refuse(place, f"{n}.jsonl", b"broken\n" * (n + 1))
    plans.clear()
    with reading(place.pipeline.engine) as connection:
        assert len(refused_since(connection, NOON)) == 3
    if not place.catalogue_url:
        assert [line for line in plans if "file_attempts" in line] == [
            "SEARCH file_attempts USING INDEX ix_file_attempts_outcome (outcome=? AND rowid>?)",
            "SEARCH file_attempts USING COVERING INDEX ix_file_attempts_ended_at (ended_at>?)",
        ]
        assert "ingested_files" not in " ".join(plans)
