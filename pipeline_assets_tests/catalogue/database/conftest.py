"""Fixtures of the tests that hold for each database."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipeline_assets.catalogue.database.engine import engine_for


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """The engine of a catalogue that is still empty, on each database."""
    if request.param == "mariadb":
        return engine_for(request.getfixturevalue("mariadb").new_database())
    return engine_for(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
