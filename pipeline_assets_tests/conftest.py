"""Fixtures that every test can ask for; how a workplace behaves is in `workplace`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_assets_tests.workplace import Workplace

_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_scrapes() -> Path:
    """The folder of real scrape files; tests that need it are skipped where it is absent."""
    folder = _SHARED_DATA / "scrapes"
    if not folder.is_dir():
        pytest.skip("the real scrape files are not here (../shared/data/scrapes)")
    return folder


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    """A data folder, a catalogue and a Dagster home of the test's own, as the environment says."""
    place = Workplace.create(tmp_path)
    for name in [name for name in os.environ if name.startswith(("PIPELINE_", "DAGSTER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CATALOGUE_URL", raising=False)
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(place.home)
    with place:
        yield place
