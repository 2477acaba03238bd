"""The run launcher that `dagster.yaml` names: it starts runs as forks of a warm process.

What it cannot fork it hands to Dagster's own launcher, and says so once: another code location of
the instance, another machine's, or a system on which forking is not safe.
"""

import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import dagster as dg
from dagster._config.config_schema import UserConfigSchema
from dagster._core.launcher import (
    CheckRunHealthResult,
    DefaultRunLauncher,
    LaunchRunContext,
    RunLauncher,
)
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from pipeline_assets.orchestration.launcher.fork_server import ForkServer, NoServerError
from pipeline_assets.orchestration.launcher.processes import ask_to_end, health_of, worker_of
from pipeline_assets.orchestration.launcher.suitability import (
    Sources,
    can_fork_here,
    not_forked_because,
    sources,
)

_log = logging.getLogger("dagster.pipeline_assets.launcher")


class WarmRunLauncher(RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """Starts runs; ends them, and judges whether they live, in any process of the instance."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._inst_data = inst_data
        self._ordinary = DefaultRunLauncher()
        self._lock = threading.Lock()
        self._server: ForkServer | None = None
        self._code_server: str | None = None
        self._sources: Sources = frozenset()
        self._said: set[str] = set()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What `dagster.yaml` says."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """It has no options."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, _config_value: Mapping[str, Any]
    ) -> "WarmRunLauncher":
        """The launcher."""
        return cls(inst_data)

    def register_instance(self, instance: dg.DagsterInstance) -> None:
        """Note whose launcher this is."""
        super().register_instance(instance)
        self._ordinary.register_instance(instance)

    def get_ready(self) -> None:
        """Start the server of forks, without waiting for it."""
        if can_fork_here():
            threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the run's process; returns once that has begun.

        Raises `RuntimeError` if it says that it cannot, and what Dagster raises for a code location
        that cannot be loaded.
        """
        run = context.dagster_run
        why = not_forked_because(run)
        if why is None:
            try:
                self._server_for(_code_server(context)).fork(run.run_id)
                return
            except NoServerError as error:
                why = str(error)
        self._say_once(why)
        self._ordinary.launch_run(context)

    def terminate(self, run_id: str) -> bool:
        """Have the run ended; False if that cannot be done from here, or there is no process."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if worker_of(run) is None and GRPC_INFO_TAG in run.tags:
            return bool(self._ordinary.terminate(run_id))  # type: ignore[no-untyped-call]
        self._instance.report_run_canceling(run)
        run = self._instance.get_run_by_id(run_id)  # its worker may have begun meanwhile
        process = worker_of(run) if run else None
        # A worker that has not begun yet will see that it was terminated.
        return process is None or ask_to_end(process)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It does, so that a run whose process was killed does not stay "started"."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process is there; a run that was not forked here is left alone."""
        return health_of(run)

    def dispose(self) -> None:
        """End the server of forks; runs in progress are interrupted."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.close()

    def _warm_up(self) -> None:
        # The first run tries again, and tells if that fails; Ctrl-C meanwhile is no failure.
        with suppress(NoServerError):
            self._server_for(None).start()

    def _server_for(self, code_server: str | None) -> ForkServer:
        """The server that has today's definitions loaded.

        They are today's if no file has changed; only after its code server was renewed are files
        looked at, so that what is half edited is not loaded.
        """
        with self._lock:
            if self._server is None:
                self._server = ForkServer(self._instance.get_ref())
                self._sources = sources()
            elif code_server != self._code_server:
                found = sources()
                if found != self._sources:
                    self._server.renew()
                self._sources = found
            self._code_server = code_server
            return self._server

    def _say_once(self, why: str) -> None:
        if why not in self._said:
            self._said.add(why)
            _log.warning("A run is started by its code server, not from a warm process: %s.", why)


def _code_server(context: LaunchRunContext) -> str | None:
    """The id of the code server that has the run's job loaded."""
    origin = context.dagster_run.remote_job_origin
    if context.workspace is None or origin is None:
        return None
    location = context.workspace.get_code_location(origin.location_name)
    return getattr(location, "server_id", None)
