"""When the report's page is written, and that it is whole at every moment."""

from datetime import datetime

import pytest

from pipeline_assets.services.operators.decide import decide
from pipeline_assets.services.overview.reading import CheckSummary
from pipeline_assets.services.overview.writing import is_report_due, write_catalogue_report
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    workplace.change(clock=Clock(datetime(2025, 9, 24, 2)))
    return workplace


def write(place: Workplace) -> bytes:
    return write_catalogue_report(place.pipeline, CheckSummary()).path.read_bytes()


def test_the_page_is_due_until_it_is_written_and_after_each_file(place: Workplace) -> None:
    assert is_report_due(place.pipeline)
    write(place)
    assert not is_report_due(place.pipeline)
    place.take("good.jsonl", [row("1", 1, day="2025-09-23")])
    assert is_report_due(place.pipeline)
    write(place)
    assert not is_report_due(place.pipeline)
    place.take("bad.jsonl", b"\xff\xfe")  # data quality is on the page too
    assert is_report_due(place.pipeline)


def test_the_page_is_due_after_a_merge_and_on_another_day(place: Workplace) -> None:
    rows = [row("1", 1, name="Flat White", day="2025-09-23"), row("2", 1, day="2025-09-23")]
    place.take("good.jsonl", rows)
    write(place)
    place.post_process()
    assert not is_report_due(place.pipeline)
    decide(place.pipeline, "same", "aldi/1", "aldi/2")
    place.post_process()
    assert is_report_due(place.pipeline)
    write(place)
    place.change(clock=Clock(datetime(2025, 9, 24, 13)))
    assert not is_report_due(place.pipeline)  # 23:00 in Sydney
    place.change(clock=Clock(datetime(2025, 9, 24, 14)))
    assert is_report_due(place.pipeline)


def test_a_page_of_another_make_is_due(place: Workplace) -> None:
    write(place)
    path = place.pipeline.folders.catalogue_report
    path.write_bytes(b"<html>" + b"\xff" * 10_000)
    assert is_report_due(place.pipeline)


def test_the_same_catalogue_at_the_same_time_gives_the_same_bytes(place: Workplace) -> None:
    place.take("good.jsonl", [row("1", 1, day="2025-09-23", name="Käse <b>")])
    place.post_process()
    first = write(place)
    assert write(place) == first
    assert "Käse &lt;b&gt;".encode() not in first  # the company is new, so no article is named
    assert place.files("reports") == ["catalogue.html"]


def test_a_page_that_cannot_be_made_leaves_the_earlier_one(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(place)
    place.take("good.jsonl", [row("1", 1, day="2025-09-23")])
    folder = place.pipeline.folders.reports
    (folder / "catalogue.html.tmp").mkdir()
    (folder / ".catalogue.html.tmp").mkdir()
    with pytest.raises(OSError, match="directory"):
        write(place)
    assert place.pipeline.folders.catalogue_report.read_bytes() == first
