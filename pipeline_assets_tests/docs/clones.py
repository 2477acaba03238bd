"""Folders as a clone of the project is, in which commands of the documentation are run by a shell.

They hold what a user's does after `make install`: the environment is that of these tests.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_assets_tests.commands import Ran
from pipeline_assets_tests.workplace import PROJECT_ROOT

_FILES = ("Makefile", "pyproject.toml", "constraints.txt", "dagster.yaml", "workspace.yaml")
LONGEST_S = 420


@dataclass(frozen=True)
class Clone:
    """One folder, with the variables that are set in its shell."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, folder: Path, **variables: str) -> "Clone":
        """An installed clone without data."""
        (folder / ".venv").mkdir(parents=True)
        for name in _FILES:
            shutil.copy(PROJECT_ROOT / name, folder)
        (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
        (folder / ".venv" / ".installed").touch()
        return cls(folder, variables)

    def copied_to(self, folder: Path) -> "Clone":
        """The same, with all of its data, in another folder."""
        shutil.copytree(self.folder, folder, symlinks=True)
        (folder / ".venv" / ".installed").touch()
        return Clone(folder, self.variables)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def catalogue_url(self) -> str:
        """The URL of its catalogue."""
        return self.variables.get("CATALOGUE_URL") or f"sqlite:///{self.data / 'catalogue.sqlite'}"

    @property
    def environment(self) -> dict[str, str]:
        """What a user's shell in this folder has, with nothing of the project set but its place."""
        return {
            "PATH": f"{self.folder / '.venv' / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
            "DAGSTER_HOME": str(self.folder),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "PIPELINE_SETTLE_S": "0",
            "PIPELINE_RETRY_WAIT_S": "0",
            **self.variables,
        }

    def shell(self, text: str) -> Ran:
        """Run lines in a shell that stops at the first that fails; `out` has its errors too."""
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, "")
