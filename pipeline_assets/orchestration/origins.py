"""Runs that a command executes in its own process, recorded as runs of the code location.

A run's origin says which code location and repository its job belongs to. Dagster's UI shows a run
on the timeline and on its job's page, and can run it again, only if it has one.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.code_pointer import CodePointer
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.execution.api import execute_run
from dagster._core.origin import RepositoryPythonOrigin
from dagster._core.remote_origin import (
    CodeLocationOrigin,
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.workspace.load import (
    location_origin_from_module_name,
    location_origins_from_yaml_paths,
)

from pipeline_assets.errors import UsageError
from pipeline_assets.orchestration.names import CODE_LOCATION, DEFINITIONS
from pipeline_assets.settings import home_folder

# What the definitions are called in their module.
_ATTRIBUTE = "defs"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a repository is: for Dagster's servers, and for a process that loads its code."""

    remote: RemoteRepositoryOrigin
    code: RepositoryPythonOrigin


def execute_here(
    instance: dg.DagsterInstance,
    job: dg.JobDefinition,
    run_config: dict[str, Any],
    tags: dict[str, str] | None = None,
) -> dg.JobExecutionResult:
    """Execute a run of the job in this process, to its end; a failure is in the result."""
    return execute_run(InMemoryJob(job), new_run(instance, job, run_config, tags), instance)


def new_run(
    instance: dg.DagsterInstance,
    job: dg.JobDefinition,
    run_config: dict[str, Any],
    tags: dict[str, str] | None = None,
) -> dg.DagsterRun:
    """A run of the job that has not been started yet."""
    origins = _origins(home_folder())
    return instance.create_run_for_job(
        job,
        run_config=run_config,
        tags={**job.run_tags, **(tags or {})},
        remote_job_origin=origins.remote.get_job_origin(job.name),
        job_code_origin=origins.code.get_job_origin(job.name),
    )


@lru_cache(maxsize=4)
def _origins(home: Path) -> Origins:
    location = _location(home / "workspace.yaml")
    pointer = CodePointer.from_module(DEFINITIONS, _ATTRIBUTE, _working_directory(location, home))
    return Origins(
        RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME),
        ReconstructableRepository(pointer).get_python_origin(),
    )


def _working_directory(location: CodeLocationOrigin, home: Path) -> str:
    """Where a process that loads the code is started: the home folder, as a rule."""
    is_loaded_here = isinstance(location, ManagedGrpcPythonEnvCodeLocationOrigin)
    named = location.loadable_target_origin.working_directory if is_loaded_here else None
    return named or str(home)


def _location(workspace: Path) -> CodeLocationOrigin:
    """The code location of the definitions, by the workspace that the servers are started with.

    Raises `UsageError` for a workspace that cannot be read. Without one, it has its usual name.
    """
    usual = location_origin_from_module_name(DEFINITIONS, None, None, CODE_LOCATION)
    if not workspace.is_file():
        return usual
    try:
        locations = location_origins_from_yaml_paths([str(workspace)])
    except Exception as error:
        said = " ".join(str(error).split())
        raise UsageError(f"{workspace} cannot be read: {said}") from error
    ours = [one for one in locations if _has_our_definitions(one)]
    return ours[0] if ours else locations[0] if len(locations) == 1 else usual


def _has_our_definitions(location: CodeLocationOrigin) -> bool:
    return (
        isinstance(location, ManagedGrpcPythonEnvCodeLocationOrigin)
        and location.loadable_target_origin.module_name == DEFINITIONS
    )
