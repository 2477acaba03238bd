"""Clones with data in them, made once: the sample, and the real files where they are at hand."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_assets_tests.docs.clones import Clone
from pipeline_assets_tests.mysql_server import Server

KINDS = ("sample", "real")
DATABASES = ("sqlite", "mariadb")
Documented = Callable[[str, str], Clone]


@pytest.fixture(scope="session")
def documented(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Documented:
    """Gives the clone with these files, by kind, in this database. To look at, or to copy."""
    made: dict[tuple[str, str], Clone] = {}

    def clone(kind: str, database: str) -> Clone:
        if (kind, database) not in made:
            files = request.getfixturevalue("real_scrapes") if kind == "real" else None
            variables = {}
            if database == "mariadb":
                server: Server = request.getfixturevalue("mariadb")
                variables["CATALOGUE_URL"] = server.new_database()
            folder = tmp_path_factory.mktemp("documented") / f"{kind}-{database}"
            made[kind, database] = _filled(Clone.new(folder, **variables), files)
        return made[kind, database]

    return clone


def _filled(clone: Clone, files: Path | None) -> Clone:
    inbox = clone.data / "product_inbox"
    if files is None:
        assert clone.shell("pipeline-assets sample").status == 0
    else:
        inbox.mkdir(parents=True)
        for file in files.glob("*.jsonl.gz"):
            shutil.copy(file, inbox)
    drained = clone.shell("pipeline-assets drain")
    assert drained.status == 0, drained.out
    return clone
