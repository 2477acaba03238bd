"""Which runs are forked, and what happens to the others."""

import logging
import sys
from typing import Any

import dagster as dg
import pytest
from dagster._core.code_pointer import FileCodePointer
from dagster._core.launcher import DefaultRunLauncher, LaunchRunContext
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin

from pipeline_assets.orchestration.launcher.fork_server import ForkServer, NoServerError
from pipeline_assets.orchestration.launcher.suitability import not_forked_because, sources
from pipeline_assets_tests.orchestration.launcher.launched import launcher_of, new_run_of
from pipeline_assets_tests.workplace import Workplace


@pytest.fixture
def run(workplace: Workplace) -> dg.DagsterRun:
    return new_run_of(workplace, "a.jsonl", "1")


def with_code(run: dg.DagsterRun, **changes: Any) -> dg.DagsterRun:
    """The run with another origin of its code."""
    assert run.job_code_origin
    repository = run.job_code_origin.repository_origin._replace(**changes)
    return run._replace(job_code_origin=run.job_code_origin._replace(repository_origin=repository))


def with_server(run: dg.DagsterRun, **place: Any) -> dg.DagsterRun:
    """The run with its code on a code server that was started by someone else."""
    assert run.remote_job_origin
    location = GrpcServerCodeLocationOrigin(**{"host": "localhost", **place})
    repository = run.remote_job_origin.repository_origin._replace(code_location_origin=location)
    origin = run.remote_job_origin._replace(repository_origin=repository)
    return run._replace(remote_job_origin=origin)


def test_runs_of_these_definitions_on_this_machine_are_forked(run: dg.DagsterRun) -> None:
    assert not_forked_because(run) is None
    assert not_forked_because(with_server(run, socket="a socket")) is None  # as in `dagster dev`
    assert not_forked_because(with_server(run, port=4000)) is None


def test_other_runs_are_not(run: dg.DagsterRun) -> None:
    elsewhere = with_server(run, host="code-server", port=4000)
    assert "another machine" in str(not_forked_because(elsewhere))
    python = with_code(run, executable_path="/usr/bin/python9")
    assert "another Python" in str(not_forked_because(python))
    file = with_code(run, code_pointer=FileCodePointer("x.py", "defs"))
    assert "another code location" in str(not_forked_because(file))
    assert not_forked_because(run._replace(job_code_origin=None)) is not None
    assert not_forked_because(run._replace(remote_job_origin=None)) is not None


def test_where_forking_is_not_safe_no_run_is(
    run: dg.DagsterRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "this system" in str(not_forked_because(run))


def test_what_is_not_forked_is_handed_to_dagsters_launcher_which_is_said_once(
    workplace: Workplace,
    run: dg.DagsterRun,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    handed: list[dg.DagsterRun] = []
    monkeypatch.setattr(
        DefaultRunLauncher, "launch_run", lambda _, context: handed.append(context.dagster_run)
    )
    launcher = launcher_of(workplace.instance)
    other = with_code(run, executable_path="/usr/bin/python9")
    monkeypatch.setattr(logging.getLogger("dagster"), "propagate", True)
    for _ in range(2):
        launcher.launch_run(LaunchRunContext(other, None))
    assert handed == [other, other]
    assert [one.levelname for one in caplog.records if "warm process" in one.message] == ["WARNING"]

    def refuses(*_: object) -> None:
        raise NoServerError("It could not be started")

    monkeypatch.setattr(ForkServer, "fork", refuses)
    launcher.launch_run(LaunchRunContext(run, None))
    assert handed == [other, other, run]
    assert "It could not be started" in caplog.records[-1].message


def test_the_sources_are_the_packages_files_and_the_environments(workplace: Workplace) -> None:
    before = sources()
    assert any(path.endswith("definitions.py") for path, _, _ in before)
    assert before == sources()
    (workplace.home / ".env").write_text("A=1")
    assert {path for path, _, _ in sources() - before} == {str(workplace.home / ".env")}
