"""Dagster's runs, as far as a look at an inbox needs them."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Protocol

from pipeline_assets.domain.files.recovery import RunOfFile


class RunRecords(Protocol):
    """What recovery needs to know about Dagster's runs."""

    def active(self) -> Sequence[RunOfFile]:
        """The runs of inbox files that are queued, starting or started."""
        ...

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        """The failed and cancelled runs of these versions of files."""
        ...

    def report_dead(self, run_ids: Collection[str]) -> None:
        """Mark these runs as failed: Dagster shows them as active, but they are dead."""
        ...


class NoRuns:
    """Dagster's runs where it has none, because its storage was never created."""

    def active(self) -> Sequence[RunOfFile]:
        """None."""
        return ()

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        """None."""
        return ()

    def report_dead(self, run_ids: Collection[str]) -> None:
        """There is nothing to report."""


class RunsOnDemand:
    """The runs that `find` gives, which is called when they are first asked for."""

    def __init__(self, find: Callable[[], RunRecords]) -> None:
        self._find = find

    @cached_property
    def _found(self) -> RunRecords:
        return self._find()

    def active(self) -> Sequence[RunOfFile]:
        """Those of the found runs."""
        return self._found.active()

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        """Those of the found runs."""
        return self._found.ended_badly(fingerprints)

    def report_dead(self, run_ids: Collection[str]) -> None:
        """Report them, if there are any."""
        if run_ids:
            self._found.report_dead(run_ids)
