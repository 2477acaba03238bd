"""Which runs can be executed in a fork, and whether the loaded code is still that of the files."""

import os
import sys
from pathlib import Path

import dagster as dg
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin

import pipeline_assets
from pipeline_assets.orchestration.names import DEFINITIONS

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})

Sources = frozenset[tuple[str, int, int]]
"""Files by path, time of change in ns and size."""


def can_fork_here() -> bool:
    """Whether processes can be forked safely; on macOS, its frameworks forbid it."""
    return sys.platform.startswith("linux")


def not_forked_because(run: dg.DagsterRun) -> str | None:
    """Why the run is to be started by its code server instead; None if it can be forked."""
    if not can_fork_here():
        return "processes cannot be forked safely on this system"
    origin, remote = run.job_code_origin, run.remote_job_origin
    if origin is None or remote is None:
        return "it does not say where its code is"
    pointer = origin.get_repo_pointer()
    if not isinstance(pointer, ModuleCodePointer) or pointer.module != DEFINITIONS:
        return "it belongs to another code location"
    if origin.executable_path != sys.executable or not _is_here(remote.repository_origin):
        return "its code location has another Python, or is on another machine"
    return None


def _is_here(origin: RemoteRepositoryOrigin) -> bool:
    location = origin.code_location_origin
    if not isinstance(location, GrpcServerCodeLocationOrigin):
        return True
    return location.socket is not None or location.host in _HERE


def sources() -> Sources:
    """The files that the definitions are made from."""
    package = Path(pipeline_assets.__file__).parent
    files = [*package.rglob("*.py"), Path(".env").absolute()]
    return frozenset(
        (str(file), found.st_mtime_ns, found.st_size)
        for file in files
        if (found := _found(file)) is not None
    )


def _found(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None
