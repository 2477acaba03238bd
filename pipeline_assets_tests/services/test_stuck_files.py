"""What `status` says about files that need somebody, and about the files of its window."""

import csv
import io
import os
import shlex
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.inbox.scanning import file_to_process
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.domain.files.facts import DIED_THREE_TIMES
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

MESSAGE = DIED_THREE_TIMES


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_this_process(capfd)


def status(command: Command) -> dict[str, Any]:
    return command("status", "--json").json()


def refused(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The refused files that are shown, by name, in their order."""
    return {one["name"]: one for one in said["refused"]["shown"]}


def halt(place: Workplace, name: str, since: datetime) -> None:
    """A file that is halted since then."""
    place.drop(name, [row()])
    fingerprint = file_to_process(place.inbox / name).fingerprint
    with writing(place.pipeline.engine) as connection:
        attempts.note(
            connection, "product_inbox", name, fingerprint, Event.HALTED, since, message=MESSAGE
        )


def test_a_refused_file_is_listed_with_reason_age_and_the_command_that_helps(
    workplace: Workplace, command: Command
) -> None:
    outcome = workplace.take("broken file.jsonl", b"\xff\xfe")
    one = refused(status(command))["broken file.jsonl"]
    assert (one["inbox"], one["outcome"], one["reason"], one["message"], one["place"]) == (
        "product_inbox",
        "quarantined",
        "unreadable",
        outcome.message,
        outcome.place,
    )
    refused_at = datetime.fromisoformat(one["since"].removesuffix("Z"))
    assert timedelta() <= workplace.pipeline.clock() - refused_at < timedelta(minutes=5)
    assert one["command"] == "pipeline-assets requeue 'broken file.jsonl'"
    shown = command("status").out
    assert "broken file.jsonl: quarantined (unreadable), " in shown
    assert "\n  pipeline-assets requeue 'broken file.jsonl'\n" in shown


def test_the_command_shown_does_send_the_file_back(workplace: Workplace, command: Command) -> None:
    workplace.take("-it's broken.jsonl", b"\xff\xfe")
    (one,) = refused(status(command)).values()
    words = shlex.split(one["command"])
    assert words[0] == "pipeline-assets"
    assert command(*words[1:]).status == 0
    assert workplace.files("product_inbox") == ["-it's broken.jsonl"]
    assert refused(status(command)) == {}


def test_of_two_refused_files_of_one_name_each_has_a_command_that_means_it_alone(
    workplace: Workplace, command: Command
) -> None:
    workplace.take("a.jsonl", b"\xff\xfe")
    workplace.take("a.jsonl", b"not json\n")
    workplace.drop("b.jsonl", b"\xff\xff")
    workplace.ingest("b.jsonl")
    workplace.drop("b.jsonl", [row()])
    shown = status(command)["refused"]["shown"]
    assert [one["name"] for one in shown] == ["b.jsonl", "a.jsonl", "a.jsonl"]
    for one in shown:
        *_, name = shlex.split(one["command"])
        assert name == one["place"].removeprefix("quarantine/")
        assert requeue(workplace.pipeline, name).came_from == one["place"]


def test_a_halted_file_is_listed_with_its_reason_its_age_and_its_command(
    workplace: Workplace, command: Command
) -> None:
    halt(workplace, "a.jsonl", workplace.pipeline.clock() - timedelta(hours=3, minutes=5))
    (one,) = status(command)["halted"]
    assert (one["name"], one["message"], one["command"]) == (
        "a.jsonl",
        MESSAGE,
        "pipeline-assets requeue a.jsonl",
    )
    shown = command("status").out
    assert f"a.jsonl: halted, 3 h ago\n  {MESSAGE}\n  pipeline-assets requeue a.jsonl\n" in shown


def test_an_acknowledged_file_is_not_listed_any_more(
    workplace: Workplace, command: Command
) -> None:
    workplace.take("a.jsonl", b"\xff\xfe")
    workplace.take("b.jsonl", b"\xff\xff")
    with writing(workplace.pipeline.engine) as connection:
        connection.exec_driver_sql(
            "UPDATE file_attempts SET acknowledged_at = ended_at WHERE name = 'a.jsonl'"
        )
    said = status(command)
    assert list(refused(said)) == ["b.jsonl"]
    assert said["refused"]["not_shown"] == 0
    assert said["quarantined"] == {"unreadable": 2}
    assert "quarantined, acknowledged" in command("status").out


def test_the_newest_refused_files_are_listed_and_the_others_counted(
    workplace: Workplace, command: Command
) -> None:
    for number in range(23):
        workplace.take(f"{number:02}.jsonl", b"\xff\xfe" + bytes([number]))
        explanation = next(workplace.data.glob(f"quarantine/*/*-{number:02}.jsonl.json"))
        os.utime(explanation, (number, number))
    said = status(command)
    assert list(refused(said)) == [f"{number:02}.jsonl" for number in range(22, 2, -1)]
    assert said["refused"]["not_shown"] == 3
    assert "… and 3 more refused files in quarantine/" in command("status").out


def test_a_file_whose_explanation_is_gone_or_broken_is_listed_all_the_same(
    workplace: Workplace, command: Command
) -> None:
    for name, said in (("a.jsonl", None), ("b.jsonl", "not json"), ("c.jsonl", "{}")):
        workplace.take(name, b"\xff\xfe" + name.encode())
        explanation = next(workplace.data.glob(f"quarantine/*/*-{name}.json"))
        if said is None:
            explanation.unlink()
        else:
            explanation.write_text(said)
    shown = refused(status(command))
    assert shown.keys() == {"a.jsonl", "b.jsonl", "c.jsonl"}
    assert {one["since"] for one in shown.values()} == {None}
    assert {one["reason"] for one in shown.values()} == {"unreadable"}
    assert command("status").status == 0


def test_the_files_of_the_window_are_a_table_newest_first(
    workplace: Workplace, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.take("good.jsonl", [row("1", 1), row("2", -1)])
    workplace.take("bad.jsonl", b"\xff\xfe")
    said = status(command)["files"]
    assert said["outcomes"] == {"accepted": 1, "quarantined": 1}
    assert said["not_shown"] == 0
    bad, good = said["shown"]
    assert (bad["name"], bad["outcome"], bad["reason"]) == (
        "bad.jsonl",
        "quarantined",
        "unreadable",
    )
    figures = ("company", "store_id", "rows_read", "rows_rejected", "prices_new")
    assert [good[name] for name in figures] == ["aldi", "G1", 2, 1, 1]
    assert good["handled_at"].endswith("Z")
    lines = [line.split() for line in command("status").out.splitlines()]
    heading = next(line for line in lines if line[:1] == ["time"])
    table = lines[lines.index(heading) + 1 :][:2]
    assert [line[3:7] for line in table] == [
        ["bad.jsonl", "–", "–", "quarantined"],
        ["good.jsonl", "aldi", "G1", "accepted"],
    ]
    monkeypatch.setenv("PIPELINE_REPORT_WINDOW_S", "0.000001")
    assert status(command)["files"]["shown"] == []
    assert status(command)["files"]["outcomes"] == {}


def test_the_files_are_also_there_as_csv_in_which_no_name_is_a_formula(
    workplace: Workplace, command: Command
) -> None:
    names = [f"{text.replace('/', ' ')}.jsonl" for text in HOSTILE_TEXTS]
    for number, name in enumerate(names):
        workplace.take(name, b"\xff\xfe" + bytes([number]))
    ran = command("status", "--csv")
    assert (ran.status, ran.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["file"].removeprefix("'") for row in reversed(rows)] == names
    assert {row["file"][0] for row in rows}.isdisjoint("=+-@")
    assert {row["reason"] for row in rows} == {"unreadable"}
    both = command("status", "--csv", "--json")
    assert (both.status, both.out) == (2, "")
    assert "not both" in both.err


def test_hostile_names_are_shown_as_they_are_and_steer_no_terminal(
    workplace: Workplace, command: Command
) -> None:
    names = [f"{text.replace('/', ' ')}.jsonl" for text in HOSTILE_TEXTS]
    for number, name in enumerate(names):
        workplace.take(name, b"\xff\xfe" + bytes([number]))
    workplace.take("a\x1b[2J\u202eb.jsonl", b"\xff\xff")
    shown = command("status").out
    assert "a\\x1b[2J\\u202eb.jsonl: quarantined" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    for name in names[-15:]:
        assert f"\n{name}: quarantined" in shown
