"""What runs print, in files that Dagster's UI shows while they are written.

Dagster lets two processes per stream follow the file, to repeat on the terminal what they read; to
start and stop them costs a tenth of a second a run. Here the run's own process repeats it, once the
step has ended.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from dagster._core.execution.compute_logs import redirect_to_file
from dagster._core.storage.compute_log_manager import CapturedLogContext, ComputeIOType
from dagster._core.storage.local_compute_log_manager import (
    IO_TYPE_EXTENSION,
    LocalComputeLogManager,
)
from dagster._serdes import ConfigurableClassData
from dagster._utils import ensure_file, touch_file

from pipeline_assets.settings import home_folder


def below_home(base_dir: str) -> Path:
    """A folder of `dagster.yaml`: a relative one starts in DAGSTER_HOME."""
    return home_folder() / Path(base_dir).expanduser()


class LogFolder(LocalComputeLogManager):
    """The files, below `base_dir`."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "LogFolder":
        """The logs below `base_dir`."""
        folder = str(below_home(config_value["base_dir"]))
        return cls(**{**config_value, "base_dir": folder}, inst_data=inst_data)

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        """Until the block ends, send what this process and its children print to the files."""
        out, err = (
            Path(self.get_captured_local_path(log_key, IO_TYPE_EXTENSION[stream]))
            for stream in (ComputeIOType.STDOUT, ComputeIOType.STDERR)
        )
        with _kept(sys.stdout, out), _kept(sys.stderr, err):
            yield CapturedLogContext(log_key)
        touch_file(self.get_captured_local_path(log_key, "complete"))


@contextmanager
def _kept(stream: TextIO, file: Path) -> Iterator[None]:
    ensure_file(str(file))
    try:
        with redirect_to_file(stream, str(file)):
            yield
    finally:
        with suppress(OSError, ValueError):  # nobody reads the stream, or it has no descriptor
            _repeat(file, stream.fileno())


def _repeat(file: Path, descriptor: int) -> None:
    if file.stat().st_size:
        with file.open("rb") as kept, os.fdopen(os.dup(descriptor), "wb") as shown:
            shutil.copyfileobj(kept, shown)
