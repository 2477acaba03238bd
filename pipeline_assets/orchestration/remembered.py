"""What Dagster's run storage need not look up again for each run: it does not change.

A column that is there stays there, and so does a snapshot of a job or of a plan, whose name is the
digest of its contents. What was not there is looked for again.
"""

from collections.abc import Callable

from dagster._core.storage.runs.sql_run_storage import SqlRunStorage


class RemembersWhatIsThere(SqlRunStorage):
    """A storage's own class stands further to the right."""

    _there: set[str] | None = None

    def has_run_stats_index_cols(self) -> bool:
        """Whether the columns are there."""
        return self._is_there("run stats", super().has_run_stats_index_cols)

    def has_backfill_id_column(self) -> bool:
        """Whether the column is there."""
        return self._is_there("backfill id", super().has_backfill_id_column)

    def has_job_snapshot(self, job_snapshot_id: str) -> bool:
        """Whether the snapshot is there."""
        return self._has_snapshot(job_snapshot_id)

    def has_execution_plan_snapshot(self, execution_plan_snapshot_id: str) -> bool:
        """The same for a plan's; Dagster's own reads all of it."""
        return self._has_snapshot(execution_plan_snapshot_id)

    def _has_snapshot(self, snapshot_id: str) -> bool:
        return self._is_there(snapshot_id, lambda: self._has_snapshot_id(snapshot_id))

    def _is_there(self, name: str, look: Callable[[], bool]) -> bool:
        if self._there is None:
            self._there = set()
        if name not in self._there and look():
            self._there.add(name)
        return name in self._there
