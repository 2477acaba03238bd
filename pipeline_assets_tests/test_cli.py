"""The command line: exit statuses, JSON for scripts, sentences for people.

Most run `main` in this process; a few real processes show that it is the same from outside.
"""

from typing import Any

import pytest

from pipeline_assets.cli import terminal
from pipeline_assets.services.ingestion import ingest_file
from pipeline_assets.services.ingestion.write_snapshot import write_snapshot
from pipeline_assets_tests.commands import Command, in_this_process, outcomes, process
from pipeline_assets_tests.workplace import Workplace, row

A_BUG = "ValueError: a bug. The log of its run shows where that happened."


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


@pytest.mark.from_nothing
def test_a_drain_from_outside_takes_all_tells_one_json_object_and_status_agrees(
    workplace: Workplace,
) -> None:
    workplace.drop("good.jsonl", [row(), row("2", -1)])
    workplace.drop("bad.jsonl", b"\xff\xfe")
    workplace.drop("notes.txt", b"not a file to take")
    drained = process(workplace, "drain", "--json")
    assert drained.status == 0, drained.err
    report = drained.json()
    assert outcomes(report) == {
        "good.jsonl": ("accepted", None),
        "bad.jsonl": ("quarantined", "unreadable"),
    }
    totals = report["totals"]
    assert (totals["files"], totals["rows_read"], totals["rows_rejected"]) == (2, 2, 1)
    assert report["left"]["others"].keys() == {"notes.txt"}
    assert report["post_processing"]["success"] is True
    found = process(workplace, "status", "--json")
    assert found.status == 0
    state = found.json()
    assert (state["catalogue"]["prices"], state["catalogue"]["ingested_files"]) == (1, 1)
    assert state["quarantined"] == {"unreadable": 1}
    assert state["open_moves"] == []
    shown = process(workplace, "status")
    assert shown.status == 0
    assert "quarantine: 1 unreadable" in shown.out
    assert "1 prices" in shown.out
    # Two files, post-processing, the report on them, publishing with the report on the catalogue.
    assert workplace.instance.get_runs_count() == 5


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PIPELINE_SETTLE_S", "abc", "PIPELINE_SETTLE_S: "),
        ("PIPELINE_PARTIAL_SHARE", "2", "PIPELINE_PARTIAL_SHARE: "),
        ("PIPELINE_TIMEZONE", "Mars/Phobos", "PIPELINE_TIMEZONE: there is no time zone"),
        ("CATALOGUE_URL", "nonsense", "CATALOGUE_URL: "),
        ("CATALOGUE_URL", "nosuchdatabase://host/x", "CATALOGUE_URL: "),
        ("DAGSTER_HOME", "/nowhere", "There is no dagster.yaml in /nowhere"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_one_sentence(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = command("drain", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1


def test_from_outside_too_a_wrong_setting_is_one_sentence_and_no_traceback(
    workplace: Workplace,
) -> None:
    ran = process(workplace, "status", PIPELINE_SETTLE_S="abc")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: A setting is invalid. PIPELINE_SETTLE_S: ")
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_drain_of_empty_inboxes_is_a_success(command: Command) -> None:
    ran = command("drain", "--json")
    assert ran.status == 0
    report = ran.json()
    assert report["files"] == []
    assert report["totals"]["files"] == 0


@pytest.mark.parametrize(
    ("content", "strict_status"),
    [([row()], 0), ([row(), row("2", -1)], 3), ([], 3)],
    ids=["all accepted", "a row rejected", "a file quarantined"],
)
def test_strict_tells_refused_files_and_rejected_rows_by_the_exit_status(
    command: Command, workplace: Workplace, content: list[dict[str, Any]], strict_status: int
) -> None:
    workplace.drop("a.jsonl", content)
    assert command("drain", "--json", "--strict").status == strict_status
    assert workplace.files("product_inbox") == []
    workplace.drop("b.jsonl", [row("9", store_id="G9", name=None), row("8", store_id="G9")])
    assert command("drain", "--json").status == 0


def test_a_halted_file_makes_drain_and_status_fail_until_it_is_requeued(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.drop("a.jsonl", [row()])

    def fails(*_: Any) -> Any:
        raise ValueError("a bug")

    monkeypatch.setattr(ingest_file, "write_snapshot", fails)
    ran = command("drain", "--json", "--strict")
    assert ran.status == 1
    assert outcomes(ran.json()) == {"a.jsonl": ("halted", None)}
    assert ran.json()["left"]["halted"] == {"a.jsonl": A_BUG}
    monkeypatch.setattr(ingest_file, "write_snapshot", write_snapshot)
    again = command("drain", "--json")
    assert (again.status, again.json()["files"]) == (1, [])
    shown = command("status")
    assert shown.status == 1
    assert "a.jsonl: halted, " in shown.out
    assert f"\n  {A_BUG}\n  pipeline-assets requeue a.jsonl\n" in shown.out
    requeued = command("requeue", "a.jsonl", "--json")
    expected = {"requeued": [{"name": "a.jsonl", "came_from": "product_inbox", "warning": None}]}
    assert (requeued.status, requeued.json()) == (0, expected)
    assert command("status", "--json").status == 0
    last = command("drain", "--json")
    assert (last.status, outcomes(last.json())) == (0, {"a.jsonl": ("accepted", None)})


def test_a_partial_file_is_taken_once_it_was_requeued_by_force(
    command: Command, workplace: Workplace
) -> None:
    workplace.take("full.jsonl", [row(str(n)) for n in range(10)])
    workplace.drop("part.jsonl", [row(day="2025-09-02")])
    assert outcomes(command("drain", "--json").json()) == {"part.jsonl": ("quarantined", "partial")}
    again = command("requeue", "part.jsonl")
    assert again.status == 0
    assert again.out.splitlines()[1:] == [
        "part.jsonl was refused as partial and will be refused again. To accept it, run: "
        "pipeline-assets requeue --force part.jsonl"
    ]
    assert outcomes(command("drain", "--json").json()) == {"part.jsonl": ("quarantined", "partial")}
    forced = command("requeue", "part.jsonl", "--force")
    assert forced.status == 0
    assert forced.out.endswith("will be processed again\n")
    assert outcomes(command("drain", "--json").json()) == {"part.jsonl": ("accepted", None)}
    assert workplace.one("SELECT count(*) FROM prices") == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([row(str(n)) for n in range(3)], "b.jsonl was refused as duplicate and will be refused"),
        ([row("7")], "b.jsonl was refused as stale and will be refused again"),
        ([], "b.jsonl was refused as no_metadata and will be refused again"),
        ([row("7", day="2099-01-01")], None),
        (b"caf\xe9", None),
    ],
    ids=["duplicate", "stale", "no metadata", "future", "unreadable"],
)
def test_requeueing_what_is_certain_to_be_refused_again_says_so(
    command: Command, workplace: Workplace, content: Any, says: str | None
) -> None:
    workplace.take("a.jsonl", [row(str(n)) for n in range(3)])
    assert workplace.take("b.jsonl", content).state == "quarantined"
    (requeued,) = command("requeue", "b.jsonl", "--json").json()["requeued"]
    assert (requeued["warning"] or "").startswith(says or "")
    assert (requeued["warning"] is None) == (says is None)


def test_requeueing_what_is_no_snapshot_is_wrong_usage(
    command: Command, workplace: Workplace
) -> None:
    assert workplace.pipeline
    (workplace.inbox / "notes.txt").write_text("mine")
    ran = command("requeue", "notes.txt")
    assert (ran.status, ran.out) == (2, "")
    assert "is not processed: its name does not end in .jsonl or .jsonl.gz." in ran.err
    assert workplace.one("SELECT count(*) FROM file_attempts") == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["requeue", "nobody.jsonl"], "There is no 'nobody.jsonl' in "),
        (["requeue", "nobody.jsonl", "--json"], "There is no 'nobody.jsonl' in "),
        (["requeue"], "Name one FILE, or use --all-halted."),
        (["requeue", "a.jsonl", "--all-halted"], "Name one FILE, or use --all-halted."),
        (["requeue", ".."], "'..' is not the name of a file directly in "),
    ],
)
def test_a_requeue_of_what_is_not_there_is_wrong_usage_in_one_sentence(
    command: Command, arguments: list[str], says: str
) -> None:
    ran = command(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {says}")
    assert len(ran.err.splitlines()) == 1


def test_a_requeue_of_all_halted_where_none_is_halted_says_so(command: Command) -> None:
    assert command("requeue", "--all-halted").out == "No file is halted.\n"
    assert command("requeue", "--all-halted", "--json").json() == {"requeued": []}


@pytest.mark.parametrize("arguments", [["nonsense"], ["drain", "--nonsense"], ["sample", "x"]])
def test_an_unknown_command_or_option_is_wrong_usage(
    command: Command, arguments: list[str]
) -> None:
    ran = command(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err != ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], ["drain", "post-process", "status", "requeue", "decide", "sample"]),
        (["drain"], ["until none is left", "--json", "--strict", "--with-sample", "quarantine/"]),
        (["status"], ["what is stuck and why", "--json"]),
        (["requeue"], ["Give a halted file another try", "--force", "--all-halted", "--json"]),
        (["sample"], ["into the inboxes", "--last-day", "--json"]),
    ],
)
def test_help_says_what_a_command_does(
    command: Command, arguments: list[str], says: list[str]
) -> None:
    ran = command(*arguments, "--help")
    assert ran.status == 0
    text = " ".join(ran.out.replace("│", " ").split())
    assert [one for one in says if one not in text] == []


def test_files_that_arrive_during_a_drain_are_taken_too(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.drop("first.jsonl", [row()])
    arriving = {"second.jsonl": "2025-09-02", "third.jsonl": "2025-09-03"}
    original = terminal.FileProgress.end

    def end(progress: terminal.FileProgress, name: str, is_ok: bool) -> None:
        if arriving:
            arrived, day = arriving.popitem()
            workplace.drop(arrived, [row(day=day, store_id=arrived)])
        original(progress, name, is_ok)

    monkeypatch.setattr(terminal.FileProgress, "end", end)
    report = command("drain", "--json").json()
    assert [one["name"] for one in report["files"]] == [
        "first.jsonl",
        "third.jsonl",
        "second.jsonl",
    ]
    assert report["totals"]["accepted"] == 3
    assert workplace.files("product_inbox") == []


def test_people_are_told_each_file_the_sums_what_is_left_and_where_to_look(
    command: Command, workplace: Workplace
) -> None:
    workplace.drop("[good].jsonl", [row(), row("2", -1)])
    workplace.drop("bad.jsonl", b"")
    (workplace.inbox / "folder.jsonl").mkdir()
    ran = command("drain")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert any(line.startswith("[good].jsonl") and " accepted " in line for line in lines)
    assert any(line.startswith("bad.jsonl (no_metadata): ") for line in lines)
    assert "2 files: 1 accepted, 1 quarantined, 0 halted. 2 rows read, 1 rejected." in ran.out
    assert "left: folder.jsonl: a folder; only files directly in the inbox are processed" in lines
    assert any(line.startswith("  what is waiting      ") for line in lines)
    assert "processed [good].jsonl" in ran.err
