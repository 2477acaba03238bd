"""A release is refused with a reason for everything that is missing."""

import subprocess
from pathlib import Path

import pytest

from tools.release_check import main, problems

CHANGELOG = """# Changelog

## [Unreleased]

## [1.2.3] - 2026-01-31

### Added

- Something.

## [1.2.2] - 2026-01-01

- Less.
"""


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org")
    command = ["git", "-C", str(root), *who, "-c", "tag.gpgSign=false", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--no-gpg-sign", "--message", "A change")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository that is fit to be released as 1.2.3."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    commit(tmp_path)
    return tmp_path


def test_a_commit_that_is_fit_to_be_released_has_no_problems(project: Path) -> None:
    assert problems(project, None) == []
    git(project, "tag", "v1.2.3")
    assert problems(project, "v1.2.3") == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "## [Unreleased]\n",
            "## [Unreleased]\n\n- More.\n",
            'CHANGELOG.md: move what is under "[Unreleased]" to "[1.2.3]".',
        ),
        (
            "### Added\n\n- Something.\n",
            "",
            'CHANGELOG.md: the section "[1.2.3]" is empty.',
        ),
        (
            " - 2026-01-31",
            "",
            'CHANGELOG.md: the heading must be "## [1.2.3] - YYYY-MM-DD".',
        ),
        (
            "2026-01-31",
            "2026-02-31",
            'CHANGELOG.md: the heading must be "## [1.2.3] - YYYY-MM-DD".',
        ),
        (
            "## [1.2.3] - 2026-01-31\n",
            "",
            'CHANGELOG.md must begin with the sections "[Unreleased]" and "[1.2.3]".',
        ),
        (
            "## [Unreleased]\n",
            "",
            'CHANGELOG.md must begin with the sections "[Unreleased]" and "[1.2.3]".',
        ),
    ],
)
def test_a_changelog_that_is_not_that_of_the_release_is_named(
    old: str, new: str, says: str, project: Path
) -> None:
    assert old in CHANGELOG
    (project / "CHANGELOG.md").write_text(CHANGELOG.replace(old, new, 1))
    commit(project)
    assert problems(project, None) == [says]


def test_a_tag_that_is_not_the_version_or_is_taken_is_named(project: Path) -> None:
    assert problems(project, "v1.2.4") == ["The tag is v1.2.4, but the version is 1.2.3."]
    assert problems(project, "1.2.3") == ["The tag is 1.2.3, but the version is 1.2.3."]
    git(project, "tag", "v1.2.3")
    assert problems(project, None) == ["The tag v1.2.3 exists already: raise the version."]


@pytest.mark.parametrize("version", ["1.2", "1.2.3.4", "01.2.3", "1.2.3rc1", "1.2.3-dev"])
def test_a_version_that_is_no_semantic_one_is_named(version: str, project: Path) -> None:
    (project / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    assert problems(project, None) == [
        f"pyproject.toml: the version {version} is not MAJOR.MINOR.PATCH."
    ]


def test_what_is_not_committed_is_named_and_the_status_is_1(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([], project) == 0
    assert capfd.readouterr() == ("Ready to be released.\n", "")
    (project / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (project / "new.txt").touch()
    assert main(["--tag", "v1.2.3"], project) == 1
    assert capfd.readouterr() == (
        "",
        "Not committed:  M pyproject.toml\nNot committed: ?? new.txt\n",
    )
