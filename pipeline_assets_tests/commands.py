"""Commands run from tests: in this process, or as a process of their own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from pipeline_assets.cli import main
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace

SCRIPT = Path(sys.executable).with_name("pipeline-assets")


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    status: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Standard output, which must be one line with one JSON object and nothing else."""
        assert self.out.count("\n") == 1, self.out
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


Command = Callable[..., Ran]


def in_this_process(capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs commands by `main`; captured are the file descriptors themselves."""

    def run(*arguments: str) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capfd.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Ran(code or 0, out, err)

    return run


def process(place: Workplace, *arguments: str, **more: str) -> Ran:
    """Runs a command in a process of its own, started in a folder of no meaning."""
    environment = place.environment | {"PATH": "/usr/bin:/bin", "HOME": str(place.root)} | more
    ended = subprocess.run(
        [str(SCRIPT), *arguments],
        cwd=place.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def outcomes(report: Mapping[str, Any]) -> dict[str, tuple[str, str | None]]:
    """What the report of a drain says of each file, as name → (outcome, reason)."""
    return {one["name"]: (one["outcome"], one["reason"]) for one in report["files"]}


@contextmanager
def beside(module: str) -> Iterator[tuple[IO[str], IO[str]]]:
    """A module of the tests as a process of its own; its stdin and stdout, to talk line by line.

    It runs in the project's folder, wherever an earlier test left this process, and ends by itself
    once its stdin is closed.
    """
    command = [sys.executable, "-m", module]
    with subprocess.Popen(
        command, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout
        process.stdin.close()
        assert process.wait(timeout=120) == 0
