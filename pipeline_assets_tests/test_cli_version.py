"""The version is written in one place, and shown from there."""

import tomllib

from pipeline_assets_tests.commands import process
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace


def test_the_version_is_that_of_the_project_and_nothing_is_touched(workplace: Workplace) -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    shown = process(workplace, "--version", CATALOGUE_URL="nonsense")
    assert (shown.status, shown.out, shown.err) == (0, f"{project['version']}\n", "")
    assert not (workplace.data / "catalogue.sqlite").exists()
