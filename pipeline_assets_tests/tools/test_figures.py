"""Figures of benchmarks: their ratios, the JSON file, and the table in the documentation."""

import json
from pathlib import Path

import pytest

from benchmarks import history
from benchmarks.figures import Figure, write_json
from pipeline_assets_tests.workplace import PROJECT_ROOT

ABOUT = {"measured_at": "2026-01-02T03:04:05+00:00", "commit": "abc", "is_changed": False}
FIGURE = Figure(
    measure="a file",
    unit="s CPU",
    readings=(0.4, 0.1, 0.2),
    beside=(0.1, 0.1, 0.3),
    beside_is="bare decode",
)
ALONE = Figure(measure="memory", unit="MB", readings=(150.0,))


def test_a_figure_is_a_median_and_how_many_times_the_other_one_it_is() -> None:
    assert (FIGURE.median, FIGURE.ratio) == (0.2, 2.0)
    assert ALONE.ratio is None


def test_the_json_file_holds_every_reading(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.json"
    write_json(path, [FIGURE, ALONE], ABOUT)
    written = json.loads(path.read_text())
    assert written["about"] == ABOUT
    assert written["figures"][0]["readings"] == [0.4, 0.1, 0.2]
    assert [one["ratio"] for one in written["figures"]] == [2.0, None]


def test_figures_are_added_at_the_end_of_the_table(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text((PROJECT_ROOT / "docs" / "performance.md").read_text())
    history.record(page, [FIGURE], ABOUT)
    history.record(page, [ALONE], ABOUT | {"is_changed": True})
    *_, first, second, _ = page.read_text().splitlines()
    assert first == "| 2026-01-02 | abc | a file | 0.2 s CPU | 2.00 × bare decode |"
    assert second == "| 2026-01-02 | abc+ | memory | 150 MB |  |"


def test_a_page_without_its_mark_is_not_written_to(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# Performance\n")
    with pytest.raises(ValueError, match="must have this line once"):
        history.record(page, [FIGURE], ABOUT)
    assert page.read_text() == "# Performance\n"
