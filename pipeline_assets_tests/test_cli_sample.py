"""The shipped sample on the command line: `sample`, and `drain --with-sample`."""

from pathlib import Path

import pytest

from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.workplace import Workplace


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


def test_the_sample_is_written_for_its_last_day_and_a_second_time_nothing_is(
    command: Command, workplace: Workplace
) -> None:
    report = command("sample", "--json", "--last-day", "2025-09-30").json()
    assert report["last_day"] == "2025-09-30"
    written = {Path(path) for path in report["files"]}
    assert written == {path for path in workplace.data.glob("*_inbox/*") if path.is_file()}
    assert len(written) >= 5
    again = command("sample", "--json", "--last-day", "2025-09-30")
    assert (again.status, again.json()["files"]) == (0, [])
    assert command("sample", "--last-day", "yesterday").status == 2


@pytest.mark.from_nothing
def test_the_sample_is_drained_where_there_is_nothing_of_ones_own_and_only_once(
    command: Command, workplace: Workplace
) -> None:
    first = command("drain", "--with-sample", "--json")
    assert first.status == 0
    assert first.json()["totals"]["accepted"] >= 5
    assert "sample files were put into the inboxes" in first.err
    enrichment = workplace.files("barcode_enrichment_inbox")
    second = command("drain", "--with-sample", "--json")
    assert (second.status, second.json()["files"]) == (0, [])
    assert "sample" not in second.err
    assert workplace.files("barcode_enrichment_inbox") == enrichment


@pytest.mark.parametrize("what", ["a file of one's own", "a catalogue elsewhere", "no option"])
def test_the_sample_stays_away_where_it_could_do_harm(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "a file of one's own":
        (workplace.data / "barcode_enrichment_inbox").mkdir()
        (workplace.data / "barcode_enrichment_inbox" / "mine.jsonl").write_text("{}\n")
    if what == "a catalogue elsewhere":
        monkeypatch.setenv("CATALOGUE_URL", f"sqlite:///{workplace.root / 'elsewhere.sqlite'}")
    option = [] if what == "no option" else ["--with-sample"]
    ran = command("drain", *option, "--json")
    assert (ran.status, ran.json()["totals"]["files"]) == (0, 0)
    assert workplace.files("product_inbox") == []
