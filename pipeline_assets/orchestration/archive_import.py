"""Processes the files of an old archive: a batch is put into the product inbox, then drained."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import dagster as dg

from pipeline_assets import stopping
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.orchestration.drain import Drained, DrainWatcher, InboxDrain
from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.operators.archive_import import ArchiveImport
from pipeline_assets.services.pipeline import Pipeline

# How often to see whether another process is done with its file.
_LOOK_AGAIN_S = 2


def drain_archive(
    pipeline: Pipeline,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    progress: DrainWatcher,
    wanted: ArchiveImport,
    sleep: Callable[[float], None] = stopping.sleep,
) -> Drained:
    """Put the import's files into the product inbox, batch by batch, and process each batch.

    Asked to stop, it returns what it has done by then; what is in the inbox stays there.
    """
    done = Drained()
    parts = (pipeline, instance, definitions)
    with suppress(stopping.Interrupted):
        for batch in wanted.batches():
            watcher = _Onward(progress, batch.files_after)
            drain = _BatchDrain(*parts, watcher, sleep, until=batch.until)
            _add(done, drain.run())
            stopping.check()
            if done.left.on_hold is not None:
                break
    return done


def _add(done: Drained, more: Drained) -> None:
    done.run_ids += more.run_ids
    done.failed |= more.failed
    done.left = more.left


class _Onward:
    """Progress on a batch, with the files of later ones among those that wait."""

    def __init__(self, progress: DrainWatcher, more: int) -> None:
        self._progress = progress
        self._more = more

    def begin(self, name: str, waiting: int) -> None:
        self._progress.begin(name, waiting + self._more)

    def end(self, name: str, is_ok: bool) -> None:
        self._progress.end(name, is_ok)

    def pause(self, seconds: float, why: str) -> None:
        self._progress.pause(seconds, why)


class _BatchDrain(InboxDrain):
    """Takes no file that is later than the batch: the next one can have earlier files of its store.

    `until` is the time of the batch's last file, in UTC.
    """

    def __init__(self, *parts: Any, until: datetime | None) -> None:
        self._until = until
        super().__init__(*parts)

    def _choose(self, found: Survey) -> Sequence[InboxFile]:
        times = {one.file: one.scraped_at for one in found.takeable}
        return [file for file in super()._choose(found) if self._is_due(times[file])]

    def _is_due(self, scraped_at: datetime | None) -> bool:
        return scraped_at is None or (self._until is not None and scraped_at <= self._until)

    def _wait(self, found: Survey) -> bool:
        if found.in_flight:
            self._pause(_LOOK_AGAIN_S, "another run is working on a file")
            return True
        return super()._wait(found)
