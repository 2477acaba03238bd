"""`make dev` starts without any warning, and does not start with a setting that is wrong."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline_assets_tests.end_to_end.dagster_dev import Ui, eventually
from pipeline_assets_tests.processes import free_port
from pipeline_assets_tests.workplace import PROJECT_ROOT

FILES = ("Makefile", "pyproject.toml", "constraints.txt", "dagster.yaml", "workspace.yaml")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder as a clone has it, with the environment of these tests and no data yet."""
    folder = tmp_path / "clone"
    (folder / ".venv").mkdir(parents=True)
    for name in FILES:
        shutil.copy(PROJECT_ROOT / name, folder)
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / ".venv" / ".installed").touch()
    return folder


def environment(**more: str) -> dict[str, str]:
    """The variables of a shell in which nothing of the project is set."""
    usual = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return usual | more


def test_its_whole_output_has_no_warning(clone: Path) -> None:
    port = free_port()
    log = clone.parent / "dev.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["make", "dev", f"PORT={port}"],
            cwd=clone,
            env=environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        )
    try:
        ui = Ui(port)
        eventually(lambda: "There is nothing in product_inbox/." in log.read_text(), 90, log)
        eventually(lambda: _assets(ui), 30, log)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
    said = log.read_text().lower().splitlines()
    assert [line for line in said if "warn" in line or "error" in line] == []
    assert (clone / "data" / "product_inbox").is_dir()


def _assets(ui: Ui) -> int:
    try:
        return len(ui.ask("{assetNodes {id}}")["assetNodes"])
    except OSError:
        return 0


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PIPELINE_SETTLE_S", "soon", "A setting is invalid. PIPELINE_SETTLE_S: Input should be"),
        ("PIPELINE_DATA_DIR", "Makefile", "Makefile should be a folder for the pipeline"),
        ("PIPELINE_DATA_DIRECTORY", "data", "PIPELINE_DATA_DIRECTORY is not a setting; PIPELINE_"),
    ],
)
def test_a_wrong_setting_stops_it_with_one_sentence(
    clone: Path, name: str, value: str, says: str
) -> None:
    with subprocess.Popen(
        ["make", "dev"],
        cwd=clone,
        env=environment(**{name: value}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as make:
        try:
            out, err = make.communicate(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(make.pid, signal.SIGKILL)
    assert (make.returncode, out) == (2, "")
    first, *rest = err.splitlines()
    assert first.startswith("error: ")
    assert says in first
    assert [line for line in rest if not line.startswith("make")] == []
