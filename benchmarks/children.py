"""Processes to be measured: this project's commands, in a home of their own."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ("-m", "pipeline_assets.cli")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process and its own children needed, in seconds."""

    cpu: float
    wall: float


@contextmanager
def home_of(code: Path = ROOT) -> Iterator[dict[str, str]]:
    """The environment of a new DAGSTER_HOME and data folder, for the code in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(code / "dagster.yaml", folder)
        yield {
            **os.environ,
            "PYTHONPATH": str(code),
            "DAGSTER_HOME": folder,
            "PIPELINE_DATA_DIR": str(Path(folder) / "data"),
            "PIPELINE_SETTLE_S": "0",
            # The cache of fonts is made once per installation.
            "MPLCONFIGDIR": str(ROOT / ".dagster" / "matplotlib"),
        }


def product_inbox(environment: Mapping[str, str]) -> Path:
    """The inbox of a home, which is created."""
    folder = Path(environment["PIPELINE_DATA_DIR"]) / "product_inbox"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> Spent:
    """Run Python with these arguments to its end; raises `CalledProcessError` if it fails."""
    cpu, begun = _cpu_of_children(), time.monotonic()
    subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, capture_output=True, cwd="/"
    )
    return Spent(_cpu_of_children() - cpu, time.monotonic() - begun)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
