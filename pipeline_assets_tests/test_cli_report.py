"""`drain` ends with the catalogue report, and with where it is."""

from pathlib import Path

import pytest

from pipeline_assets.orchestration.catalogue_report import make_catalogue_report
from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_this_process(capfd)


@pytest.mark.parametrize("publish", ["true", "false"])
def test_a_drain_makes_the_report_once_whether_data_sets_are_published_or_not(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch, publish: str
) -> None:
    monkeypatch.setenv("PIPELINE_PUBLISH", publish)
    workplace.drop("good.jsonl", [row("1", 1, name="Käse")])
    report = command("drain", "--json").json()["catalogue_report"]
    path = workplace.pipeline.folders.catalogue_report
    assert report["path"] == str(path)
    assert report["success"] is True
    # It was made with the data sets, or by a run of its own.
    assert (report["run_id"] is None) == (publish == "true")
    first = path.stat().st_ino, path.read_bytes()
    again = command("drain", "--json").json()["catalogue_report"]
    assert again == {"path": str(path), "success": True, "run_id": None}
    assert (path.stat().st_ino, path.read_bytes()) == first


def test_the_last_line_on_a_terminal_is_where_the_report_is(
    command: Command, workplace: Workplace
) -> None:
    workplace.drop("good.jsonl", [row()])
    ran = command("drain")
    *_, last = ran.out.split("\n\n")
    said, _, place = " ".join(last.split()).partition(": ")
    assert said == "The report on all of this"
    assert Path(place.replace(" ", "")).name == "catalogue.html"


def test_a_report_that_is_gone_is_made_again(command: Command, workplace: Workplace) -> None:
    workplace.drop("good.jsonl", [row()])
    command("drain", "--json")
    path = workplace.pipeline.folders.catalogue_report
    before = path.read_bytes()
    path.unlink()
    report = command("drain", "--json").json()["catalogue_report"]
    assert report["run_id"] is not None
    assert len(path.read_bytes()) > 0.9 * len(before)


def test_a_report_that_cannot_be_written_makes_drain_fail_and_stays_due(
    command: Command, workplace: Workplace
) -> None:
    folder = workplace.pipeline.folders.reports
    (folder / ".catalogue.html.tmp").mkdir(parents=True)
    workplace.drop("good.jsonl", [row()])
    ran = command("drain", "--json")
    assert ran.status == 1
    assert ran.json()["catalogue_report"]["success"] is False
    (folder / ".catalogue.html.tmp").rmdir()
    made = make_catalogue_report(workplace.pipeline, workplace.instance, workplace.definitions)
    assert made is not None
    assert made.success
