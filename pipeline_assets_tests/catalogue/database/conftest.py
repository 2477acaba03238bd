"""Fixtures of the tests that hold for each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipeline_assets.catalogue.database.engine import engine_for


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The engine of a catalogue that is still empty, on each database."""
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    if request.param == "mariadb":
        url = request.getfixturevalue("mariadb").new_database()
    engine = engine_for(url)
    yield engine
    engine.dispose()
