"""Sensors as the daemon evaluates them: tick after tick, with their own clock.

The clock is the real one (Dagster's own times are) plus an offset that tests move.
"""

from datetime import timedelta

import dagster as dg
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from pipeline_assets.orchestration.sensors import product_inbox_sensor
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.workplace import Workplace

JOB = "product_update"
# Dagster demands of a queued run that it says where its job comes from.
_CODE = RegisteredCodeLocationOrigin("pipeline_assets")


def _origin(job: str) -> RemoteJobOrigin:
    return RemoteJobOrigin(RemoteRepositoryOrigin(_CODE, "__repository__"), job)


class JobTicks:
    """Ticks of a sensor that requests a job without any config, over an instance of its own."""

    def __init__(self, place: Workplace, sensor: dg.SensorDefinition) -> None:
        self.place = place
        self.instance = dg.DagsterInstance.ephemeral()
        self.offset = timedelta()
        self.idle_because: str | None = None
        self._sensor = sensor
        self._cursor: str | None = None
        place.change(settings={"max_failures": 1}, clock=lambda: utc_now() + self.offset)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.offset += timedelta(seconds=seconds)

    def tick(self) -> int:
        """How many runs the sensor asks for now."""
        with dg.build_sensor_context(
            instance=self.instance, cursor=self._cursor, resources={"pipeline": self.place.resource}
        ) as context:
            result = self._sensor.evaluate_tick(context)
        self._cursor = result.cursor or self._cursor  # as the daemon keeps it
        self.idle_because = result.skip_message
        requests = result.run_requests or []
        assert all(one.run_key is None and not one.run_config for one in requests)
        return len(requests)

    def run(self, job: str) -> dg.ExecuteInProcessResult:
        """Execute a job to its end."""
        found = self.place.definitions.resolve_job_def(job)
        return found.execute_in_process(instance=self.instance, raise_on_error=False)

    def launch(
        self,
        job: str,
        status: dg.DagsterRunStatus = dg.DagsterRunStatus.QUEUED,
        tags: dict[str, str] | None = None,
    ) -> dg.DagsterRun:
        """Record a run of the job, as far as `status`."""
        return self.instance.create_run_for_job(
            self.place.definitions.resolve_job_def(job),
            tags=tags,
            status=status,
            remote_job_origin=_origin(job),
        )


class Ticks:
    """Ticks of the product inbox's sensor; the cursor goes from one to the next."""

    def __init__(self, place: Workplace, settle_s: float = 0) -> None:
        self.place = place
        self.instance = dg.DagsterInstance.ephemeral()
        self.cursor: str | None = None
        self.idle_because: str | None = None
        self.offset = timedelta()
        place.change(settings={"settle_s": settle_s}, clock=lambda: utc_now() + self.offset)
        self._job = place.definitions.resolve_job_def(JOB)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.offset += timedelta(seconds=seconds)

    def tick(self) -> list[dg.RunRequest]:
        """What the sensor asks for now."""
        with dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"pipeline": self.place.resource}
        ) as context:
            result = product_inbox_sensor.evaluate_tick(context)
        self.cursor = result.cursor
        self.idle_because = result.skip_message
        return list(result.run_requests or [])

    def names(self) -> list[str]:
        """The names of the files that the sensor asks for now."""
        return [request.tags["pipeline/file"] for request in self.tick()]

    def launch(
        self, request: dg.RunRequest, status: dg.DagsterRunStatus = dg.DagsterRunStatus.QUEUED
    ) -> dg.DagsterRun:
        """Record a run for a request, as far as `status`; it begins at the present."""
        self.offset = timedelta()
        return self.instance.create_run_for_job(
            self._job,
            run_config=request.run_config,
            tags=request.tags,
            status=status,
            remote_job_origin=_origin(JOB),
        )

    def execute(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Run the job for a request to its end."""
        return self._job.execute_in_process(
            instance=self.instance,
            run_config=request.run_config,
            tags=request.tags,
            raise_on_error=False,
        )
