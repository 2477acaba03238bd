"""The files of `deploy/celery`; `end_to_end/test_workers.py` starts what they configure."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin
from dagster._core.workspace.load import location_origins_from_yaml_paths

from pipeline_assets.orchestration.names import CODE_LOCATION
from pipeline_assets_tests.end_to_end.many_workers import DEPLOY, worker_command
from pipeline_assets_tests.workplace import PROJECT_ROOT

MYSQL = PROJECT_ROOT / "deploy" / "mysql" / "dagster.yaml"
UNIT = DEPLOY / "pipeline-assets-worker.service"


def test_every_file_is_one_that_tests_know() -> None:
    names = {file.name for file in DEPLOY.iterdir()}
    assert names == {"dagster.yaml", "workspace.yaml", UNIT.name}


def test_it_differs_from_one_machine_only_in_how_runs_are_started() -> None:
    ours = yaml.safe_load((DEPLOY / "dagster.yaml").read_text("utf-8"))
    theirs = yaml.safe_load(MYSQL.read_text("utf-8"))
    differing = {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}
    assert differing == {"run_launcher", "run_coordinator", "concurrency"}
    most = ours["concurrency"]["runs"]["max_concurrent_runs"]
    assert ours["concurrency"]["pools"] == {"granularity": "run", "default_limit": most}


def test_the_workspace_names_a_code_server_on_loopback() -> None:
    (location,) = location_origins_from_yaml_paths([str(DEPLOY / "workspace.yaml")])
    assert isinstance(location, GrpcServerCodeLocationOrigin)
    assert (location.host, location.location_name) == ("127.0.0.1", CODE_LOCATION)


def test_the_unit_is_one_that_systemd_starts(tmp_path: Path) -> None:
    assert worker_command()[:2] == ["celery", "-A"]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze (Debian's package `systemd`)")
    # The program must be there.
    programs = str(Path(sys.executable).parent)
    text = UNIT.read_text("utf-8").replace("/opt/pipeline-assets/.venv/bin", programs)
    copy = tmp_path / UNIT.name
    copy.write_text(text)
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in found.stderr.splitlines() if UNIT.name in line] == []
