"""What is missing when a package is not installed, and how to install it."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires

_PROJECT = "pipeline-assets"


def how_to_install(distribution: str) -> str:
    """The command that installs a distribution: by the project's extra for it, if it has one."""
    extra = next(_extras_with(distribution, _requirements()), None)
    wanted = f"'{_PROJECT}[{extra}]'" if extra else distribution
    return f"pip install {wanted}"


def _requirements() -> list[str]:
    try:
        return requires(_PROJECT) or []
    except PackageNotFoundError:  # the code is there without being installed
        return []


def _extras_with(distribution: str, requirements: Iterable[str]) -> Iterator[str]:
    for requirement in requirements:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        extra = re.search(r"extra == [\"']([\w.-]+)[\"']", requirement)
        if extra and name.lower() == distribution.lower():
            yield extra[1]
