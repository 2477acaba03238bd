"""Checks whether this commit can be released. `make release-check` runs it: docs/releasing.md.

Each problem is one line on stderr, and the exit status is 1; without problems it is 0.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<day>\S+))?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A section of the changelog: its version or "Unreleased", its day, the text below it."""

    name: str
    day: str | None
    text: str


def sections(changelog: str) -> list[Section]:
    """The changelog's sections, in the order of the file."""
    headings = list(_HEADING.finditer(changelog))
    ends = [heading.start() for heading in headings[1:]] + [len(changelog)]
    return [
        Section(heading["name"], heading["day"], changelog[heading.end() : end].strip())
        for heading, end in zip(headings, ends, strict=True)
    ]


def problems_of_the_changelog(changelog: str, version: str) -> list[str]:
    """Why the changelog is not ready for a release of `version`."""
    found = sections(changelog)
    if [section.name for section in found[:2]] != ["Unreleased", version]:
        return [f'CHANGELOG.md must begin with the sections "[Unreleased]" and "[{version}]".']
    unreleased, released = found[:2]
    problems = []
    if unreleased.text:
        problems.append(f'CHANGELOG.md: move what is under "[Unreleased]" to "[{version}]".')
    if not released.text:
        problems.append(f'CHANGELOG.md: the section "[{version}]" is empty.')
    if not _is_day(released.day):
        problems.append(f'CHANGELOG.md: the heading must be "## [{version}] - YYYY-MM-DD".')
    return problems


def problems_of_the_tags(version: str, tag: str | None, tags: Sequence[str]) -> list[str]:
    """Why the tag is wrong; without a tag, why it cannot be made."""
    expected = f"v{version}"
    if tag is None:
        return [f"The tag {expected} exists already: raise the version."] * (expected in tags)
    return [f"The tag is {tag}, but the version is {version}."] * (tag != expected)


def problems(root: Path, tag: str | None) -> list[str]:
    """Why the project in `root` cannot be released as it is; `tag` once it is tagged."""
    version = tomllib.loads(_text(root / "pyproject.toml"))["project"]["version"]
    if not _VERSION.fullmatch(version):
        return [f"pyproject.toml: the version {version} is not MAJOR.MINOR.PATCH."]
    changes = _git(root, "status", "--porcelain")
    return [
        *problems_of_the_changelog(_text(root / "CHANGELOG.md"), version),
        *problems_of_the_tags(version, tag, _git(root, "tag", "--list")),
        *(f"Not committed: {change}" for change in changes),
    ]


def main(arguments: Sequence[str] | None = None, root: Path = Path()) -> int:
    """Print the problems of the project in `root`; the exit status."""
    parser = argparse.ArgumentParser(description="Is this commit fit to be released?")
    parser.add_argument("--tag", help="the tag of the release, once it has one")
    tag = parser.parse_args(arguments).tag or None
    found = problems(root, tag)
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print("Ready to be released.")
    return 1 if found else 0


def _is_day(text: str | None) -> bool:
    try:
        return text is not None and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _git(root: Path, *arguments: str) -> list[str]:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main())
