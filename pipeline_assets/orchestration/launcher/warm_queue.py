"""The queue of runs that `dagster.yaml` names: Dagster's own, which has the launcher get ready.

Otherwise the first run after the daemon was started would wait until everything is imported.
"""

from dagster._core.run_coordinator import QueuedRunCoordinator

from pipeline_assets.orchestration.launcher.warm_launcher import WarmRunLauncher


class WarmQueue(QueuedRunCoordinator):
    """Runs wait here until the daemon has one started."""

    @property
    def dequeue_interval_seconds(self) -> int:
        """How often the daemon looks. Only the daemon asks, once, before its first look.

        Dagster has no better moment to tell its daemon from other processes. If this one went away,
        only the first run would be slower.
        """
        launcher = self._instance.run_launcher
        if isinstance(launcher, WarmRunLauncher):
            launcher.get_ready()
        return super().dequeue_interval_seconds
