"""Events of a run that are written together, in one transaction, as far as nobody misses them.

An event may wait only where the next one follows at once. A run's first events wait for the start
of its first step. Once a step's work is done (`only_reports_follow`), what it reports waits for the
end of the run, or for the next step's start. Everything else is written at once, and before it
whatever waits, so that the order never changes. Who reads in this process sees what waits, too.

If the process is killed, what waits is lost, as if the kill had come a moment earlier. The run's
status is kept elsewhere and is not written any later.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dagster import DagsterEventType, DagsterInstance
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

_WAITS_FOR_NEXT = {
    DagsterEventType.RUN_START,
    DagsterEventType.ENGINE_EVENT,
    DagsterEventType.RESOURCE_INIT_STARTED,
    DagsterEventType.RESOURCE_INIT_SUCCESS,
    DagsterEventType.LOGS_CAPTURED,
    DagsterEventType.STEP_SUCCESS,
}
_WAITS_AS_REPORT = {
    DagsterEventType.ASSET_MATERIALIZATION,
    DagsterEventType.ASSET_OBSERVATION,
    DagsterEventType.ASSET_CHECK_EVALUATION,
    None,  # a message of the step
}
_ENDS = {DagsterEventType.RUN_SUCCESS, DagsterEventType.RUN_FAILURE, DagsterEventType.RUN_CANCELED}


def only_reports_follow(instance: DagsterInstance, run_id: str) -> None:
    """The work of the run's step is done: what it has still to report may wait."""
    storage = instance.event_log_storage
    if isinstance(storage, EventsTogether):
        storage.let_reports_wait(run_id)


class _RunHere:
    """A run that this process executes: what waits of it, and whether it only reports."""

    def __init__(self) -> None:
        self.waiting: list[EventLogEntry] = []
        self.reports = False

    def lets_wait(self, kind: DagsterEventType | None) -> bool:
        return kind in _WAITS_FOR_NEXT or (self.reports and kind in _WAITS_AS_REPORT)


class _OfThread(threading.local):
    """The connection that a thread's statements share, and whether it writes what waited."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.is_writing = False


class EventsTogether(SqlEventLogStorage):
    """Decides what waits; `write` and what opens a connection are the storage's own."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._forget_runs()
        self._shares = _OfThread()
        self._there: set[str] = set()
        super().__init__(*arguments, **named)  # type: ignore[no-untyped-call]

    def write(self, events: Sequence[EventLogEntry]) -> Exception | None:
        """Write the events and what follows from them, all of it or nothing.

        Returns an error where the events are written, but not all that follows from them.
        """
        raise NotImplementedError

    def let_reports_wait(self, run_id: str) -> None:
        """See `only_reports_follow`."""
        with self._lock:
            if run := self._here().get(run_id):
                run.reports = True

    def store_event(self, event: EventLogEntry) -> None:
        """Write the event and what waits of its run, or let it wait."""
        kind = event.dagster_event_type
        if kind is DagsterEventType.RUN_START:
            self._here()[event.run_id] = _RunHere()
        run = self._here().get(event.run_id)
        if run is None:
            _raise(self._write([event]))
            return
        with self._lock:
            run.waiting.append(event)
            if not run.lets_wait(kind):
                run.reports = False
                self._write_waiting(run)
        if kind in _ENDS:
            self._here().pop(event.run_id, None)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Write the events together; Dagster hands over what is to be written at once."""
        self.write_waiting()
        _raise(self._write(events))

    def write_waiting(self) -> None:
        """Write what waits of all runs, unless this thread is just about that."""
        if not self._runs or self._shares.is_writing:
            return
        for run in list(self._here().values()):
            with self._lock:
                self._write_waiting(run)

    def dispose(self) -> None:
        """Write what waits."""
        self.write_waiting()
        super().dispose()

    def _write_waiting(self, run: _RunHere) -> None:
        """If they cannot be written together, they are one by one; one that cannot be is lost."""
        if len(run.waiting) > 1:
            try:
                error = self._write(run.waiting)
            except Exception:  # noqa: S110 # raised again below, by the one it comes from
                pass
            else:
                run.waiting.clear()
                _raise(error)
        while run.waiting:
            _raise(self._write([run.waiting.pop(0)]))

    def _here(self) -> dict[str, _RunHere]:
        """The runs that this process executes; a fork of it executes none of them."""
        if self._process != os.getpid():
            self._forget_runs()
        return self._runs

    def _forget_runs(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._runs: dict[str, _RunHere] = {}

    def _write(self, events: Sequence[EventLogEntry]) -> Exception | None:
        self._shares.is_writing = True
        try:
            return self.write(events)
        finally:
            self._shares.is_writing = False

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        """A connection in a transaction: the one that this thread shares, if it does."""
        if self._shares.connection is not None:
            yield self._shares.connection
            return
        self.write_waiting()
        with super()._connect() as connection:  # type: ignore[misc]
            yield connection

    @contextmanager
    def _in_one_transaction(self) -> Iterator[Any]:
        """Until the block ends, this thread shares one connection."""
        with super()._connect() as connection:  # type: ignore[misc]
            self._shares.connection = connection
            try:
                yield connection
            finally:
                self._shares.connection = None

    def _follow(self, event: EventLogEntry, event_id: int) -> None:
        """Write what follows from an event: which is the asset's last one, its tags, the check."""
        kind = event.dagster_event_type
        if kind in ASSET_EVENTS and event.get_dagster_event().asset_key:
            with self.index_transaction() as connection:
                self._store_asset_event_tags(connection, [event], [event_id])
                self._store_asset_event(connection, event, event_id)
        if kind in ASSET_CHECK_EVENTS:
            self.store_asset_check_event(event, event_id)

    def has_table(self, table_name: str) -> bool:
        """Whether the table is there; one that was there once is not looked for again."""
        if table_name not in self._there and super().has_table(table_name):  # type: ignore[safe-super]
            self._there.add(table_name)
        return table_name in self._there

    def has_asset_key_col(self, column_name: str) -> bool:
        """The same for a column of the table of assets."""
        if column_name not in self._there and super().has_asset_key_col(column_name):
            self._there.add(column_name)
        return column_name in self._there


def _raise(error: Exception | None) -> None:
    if error is not None:
        raise error
