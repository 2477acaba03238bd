"""Two commands on one inbox: each file is taken once, and no record says anything else."""

import json
import os
import random
import signal
import subprocess
import sys
from typing import Any

import pytest

from pipeline_assets.domain.snapshots import rows as snapshot_rows
from pipeline_assets.services.files.recovery import recover
from pipeline_assets.services.files.run_records import NoRuns
from pipeline_assets.services.ingestion import ingest_file as ingestion
from pipeline_assets.services.operators.status import quarantined
from pipeline_assets_tests import soaks
from pipeline_assets_tests.commands import SCRIPT
from pipeline_assets_tests.end_to_end.many_ingests import ingest_all_at_once
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace, row

ON_BOTH_DATABASES = ON_OBJECTS_TOO = True

# What makes the second name of a file that is moved.
SECOND_NAME = {
    "folders": "os:link",
    "objects": "pipeline_assets.inbox.object_requests:ObjectRequests.create",
}


def check_records(place: Workplace, files: int) -> None:
    """Every file is archived and accepted once; nothing was refused, halted or left."""
    assert place.files("quarantine") == []
    assert place.files("product_inbox") == []
    assert len(place.files("archive")) == files
    kept = {f"archive/{name}" for name in place.files("archive")}
    assert {path for (path,) in place.rows("SELECT archive_path FROM ingested_files")} == kept
    outcomes = {outcome for (outcome,) in place.rows("SELECT outcome FROM file_attempts")}
    assert outcomes <= {"accepted", "vanished"}


def test_a_run_that_meets_a_file_accepted_meanwhile_leaves_no_record_of_a_refusal(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workplace.pipeline
    workplace.drop("a.jsonl", [row()])
    parse = snapshot_rows.parse_snapshot

    def overtaken(*arguments: object) -> object:
        monkeypatch.undo()
        assert workplace.ingest("a.jsonl").state == "archived"
        return parse(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ingestion, "parse_snapshot", overtaken)
    assert workplace.ingest("a.jsonl").state == "vanished"
    check_records(workplace, 1)
    assert quarantined(workplace.pipeline) == {}


def test_a_file_that_is_gone_at_the_last_moment_is_not_halted(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run moves it between the last look and the move, as only the move can tell."""
    assert workplace.pipeline
    workplace.drop("a.jsonl", b"caf\xe9")
    move = workplace.pipeline.files.move

    def too_late(*arguments: Any) -> object:
        workplace.delete("product_inbox/a.jsonl")
        return move(*arguments)

    monkeypatch.setattr(workplace.pipeline.files, "move", too_late)
    assert workplace.ingest("a.jsonl").state == "vanished"
    assert workplace.files("quarantine") == []
    assert workplace.rows("SELECT outcome FROM file_attempts") == [("vanished",)]


DIES = """
import os, signal, sys
from pipeline_assets_tests.end_to_end.killed_drain import found
from pipeline_assets.services.ingestion.ingest_file import ingest_file
from pipeline_assets.services.pipeline import Pipeline
setattr(*found(sys.argv[1]), lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
ingest_file(Pipeline(), "a.jsonl")
"""


def test_what_a_killed_run_said_of_a_file_that_it_did_not_move_is_taken_back(
    workplace: Workplace,
) -> None:
    assert workplace.pipeline
    workplace.drop("a.jsonl", b"caf\xe9")
    environment = os.environ | workplace.environment
    at = SECOND_NAME["objects" if workplace.bucket else "folders"]
    died = subprocess.run(
        [sys.executable, "-c", DIES, at], cwd=PROJECT_ROOT, env=environment, check=False, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    (sidecar,) = workplace.files("quarantine")
    told = json.loads(workplace.text(f"quarantine/{sidecar}"))
    assert told["reason"] == "unreadable"
    assert quarantined(workplace.pipeline) == {}
    workplace.put(
        "quarantine/stale/d-b.jsonl.json", json.dumps({**told, "file": "b.jsonl"}).encode()
    )

    recover(workplace.pipeline, NoRuns(), workplace.pipeline.product_inbox)
    assert workplace.files("quarantine") == ["stale/d-b.jsonl.json"]
    assert workplace.files("product_inbox") == ["a.jsonl"]
    assert workplace.ingest("a.jsonl").reason == "unreadable"
    assert quarantined(workplace.pipeline) == {"unreadable": 1}


def test_processes_that_each_take_every_file_accept_each_once(workplace: Workplace) -> None:
    rounds(workplace, 1, files=15)


@pytest.mark.repeats
def test_processes_that_each_take_every_file_accept_each_once_many_times(
    workplace: Workplace,
) -> None:
    rounds(workplace, soaks.rounds(50), files=40)


def rounds(place: Workplace, count: int, files: int) -> None:
    assert place.pipeline
    for number in range(1, count + 1):
        for store in range(files):
            place.drop(f"r{number}-{store}.jsonl", [row(store_id=f"R{number}-{store}")])
        for name, states in ingest_all_at_once(place, 3).items():
            assert set(states) <= {"archived", "vanished"}, f"{name}: {states}, round {number}"
            assert "archived" in states, name
        check_records(place, number * files)


def drains(place: Workplace, count: int) -> list[dict[str, object]]:
    """The reports of so many drains that run at once."""
    commands = [
        subprocess.Popen(
            [str(SCRIPT), "drain", "--json"],
            cwd=place.root,
            env={"PATH": "/usr/bin:/bin", "HOME": str(place.root)} | place.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    reports = []
    for command in commands:
        out, _ = command.communicate(timeout=300)
        assert command.returncode == 0, out
        reports.append(json.loads(out))
    return reports


def test_two_drains_take_each_file_once_and_say_so(workplace: Workplace) -> None:
    two_drains(workplace, 1)


@pytest.mark.repeats
def test_two_drains_take_each_file_once_many_times(workplace: Workplace) -> None:
    two_drains(workplace, soaks.rounds(20))


def two_drains(place: Workplace, count: int) -> None:
    assert place.pipeline
    for number in range(1, count + 1):
        stores = [f"T{number}-{store}" for store in range(4)]
        for store in random.Random(number).sample(stores, len(stores)):
            for day in (1, 2):
                rows = [row(sku, store_id=store, day=f"2025-09-{day:02}") for sku in range(200)]
                place.drop(f"{store}-{day}.jsonl", rows)
        for report in drains(place, 2):
            assert report["totals"]["quarantined"] == 0  # type: ignore[index]
        check_records(place, number * 8)
