"""The run launcher that `deploy/celery/dagster.yaml` names: it sends runs to the Celery workers.

Dagster's own asks Celery's result backend about a run. That cannot tell a killed worker from a busy
one, and knows nothing of the runs of commands. Here the run's tags tell, and there is no backend.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._config.config_schema import UserConfigSchema
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext
from dagster._serdes import ConfigurableClassData
from dagster_celery.defaults import task_default_queue
from dagster_celery.launcher import CeleryRunLauncher
from kombu.exceptions import OperationalError

from pipeline_assets.orchestration.launcher.processes import (
    health_of,
    sent_tags,
    was_sent,
    worker_of,
)

EXECUTE_RUN = "execute_run"
"""The workers' only task. It is told which run; all else is in what they have in common."""

# What the workers' promises rest on; `config_source` in dagster.yaml goes before these.
_CELERY_SETTINGS = {
    # A process per run: one that runs out of memory ends no other's run (docs/decisions/0020).
    "worker_max_tasks_per_child": 1,
    # A worker holds as many runs as it executes: none waits behind a long one while another worker
    # is idle, and those of a killed worker are delivered again. Executed again they are not
    # (`begun_once`), so how long a run takes does not matter.
    "task_acks_late": True,
    "worker_prefetch_multiplier": 1,
    "broker_transport_options": {
        "max_retries": 3,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 0.5,
        # After so many seconds, Redis delivers again what was not acknowledged.
        "visibility_timeout": 60,
    },
    # Runs go on while the broker is away, and workers wait until it is back.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # Nobody asks for results: how a run ended is among its events.
    "task_ignore_result": True,
    # What runs print is kept by Dagster, which follows the file descriptors.
    "worker_redirect_stdouts": False,
}


class CeleryLauncher(CeleryRunLauncher):
    """Sends runs; judges and ends them by their tags, in any process of the instance."""

    def __init__(
        self,
        broker: str,
        config_source: Mapping[str, Any] | None = None,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        super().__init__(
            default_queue=task_default_queue,
            broker=broker,
            config_source={**_CELERY_SETTINGS, **(config_source or {})},
            inst_data=inst_data,
        )

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """The broker's URL, and further settings for Celery."""
        return {
            "broker": dg.Field(dg.StringSource, description="The URL of the Celery broker."),
            "config_source": dg.Field(
                dg.Permissive(),  # type: ignore[no-untyped-call]
                is_required=False,
                description="Further settings for Celery.",
            ),
        }

    def launch_run(self, context: LaunchRunContext) -> None:
        """Send the run to the broker.

        Raises `DagsterUserCodeUnreachableError` while that cannot be reached: the daemon puts the
        run back into its queue then, and tries again later.
        """
        run = context.dagster_run
        self._instance.add_run_tags(run.run_id, sent_tags(run.run_id))
        task = self.celery.signature(EXECUTE_RUN, kwargs={"run_id": run.run_id}, immutable=True)
        try:
            self._launch_celery_task_run(run, task, routing_key=EXECUTE_RUN)
        except OperationalError as error:
            raise DagsterUserCodeUnreachableError(
                f"The Celery broker cannot be reached: {error}"
            ) from error

    def terminate(self, run_id: str) -> bool:
        """Have the run ended; False if it was not sent to the workers, or has ended."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or not was_sent(run):
            return False
        self._instance.report_run_canceling(run)
        run = self._instance.get_run_by_id(run_id)  # a worker may have begun it meanwhile
        if run is None or worker_of(run) is None:
            return True  # the worker that takes it will see that it was terminated
        return super().terminate(run_id)

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process is there, as far as that can be seen from this machine."""
        return health_of(run)

    def get_run_worker_debug_info(
        self, run: dg.DagsterRun, include_container_logs: bool | None = True
    ) -> str | None:
        """Nothing: Celery knows no more of a run than its tags say."""
        return None

    @property
    def supports_resume_run(self) -> bool:
        """A run that died is not resumed; its file is asked for anew."""
        return False
