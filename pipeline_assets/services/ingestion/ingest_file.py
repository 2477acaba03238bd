"""Ingests one file of the product inbox: reads it, accepts or refuses it, writes and archives it.

The order of the steps is what makes a crash harmless. Rejects are written before the commit (a
retry writes the same ones again), the file moves after it, and the ledger then records the move.
A request to stop counts until the transaction begins; after the commit, the file is moved at once.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import PurePath

from pipeline_assets import stopping
from pipeline_assets.catalogue import attempts, ledger
from pipeline_assets.catalogue.database.engine import Lock, reading, writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.domain.snapshots.rows import parse_snapshot
from pipeline_assets.domain.snapshots.snapshot import RejectedRow, Snapshot
from pipeline_assets.errors import RefusedFileError
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.inbox.reading import ReadFile
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.files.attempt import FileAttempt, attempt_file
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.services.files.outcomes import FileOutcome, State
from pipeline_assets.services.ingestion.acceptance import check_snapshot, unfinished_move
from pipeline_assets.services.ingestion.write_snapshot import (
    FileEntry,
    WrittenSnapshot,
    write_snapshot,
)
from pipeline_assets.services.pipeline import Pipeline


def ingest_file(pipeline: Pipeline, name: str, run_id: str | None = None) -> FileOutcome:
    """Process the product inbox's file `name` to the end; raises what `attempt_file` raises."""
    with _without_search_for_cycles():
        return attempt_file(
            pipeline,
            pipeline.product_inbox,
            name,
            run_id,
            begin=partial(_begin, pipeline, run_id),
            take=lambda attempt, read: _Ingestion(attempt).take(read),
        )


@contextmanager
def _without_search_for_cycles() -> Iterator[None]:
    """Keep Python from looking for unused cycles of objects meanwhile.

    A file's rows make none, but so many objects that all others would be searched again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _begin(pipeline: Pipeline, run_id: str | None, file: InboxFile) -> int:
    now = pipeline.clock()
    with writing(pipeline.engine) as connection:
        return attempts.begin(
            connection, PRODUCT_INBOX, file.name, file.fingerprint, now, run_id, this_process()
        )


class _Ingestion:
    """One attempt on one file."""

    def __init__(self, attempt: FileAttempt) -> None:
        self._pipeline = attempt.pipeline
        self._folders = attempt.pipeline.folders
        self._path = attempt.path
        self._name = attempt.path.name
        self._attempt_id = attempt.attempt_id
        self._run_id = attempt.run_id

    def take(self, read: ReadFile) -> FileOutcome:
        """Write the rejects to disk, then the contents to the catalogue; then archive the file."""
        try:
            return self._take(read)
        except RefusedFileError as refusal:
            self._write_rejects(read, refusal.rejected)
            raise

    def _take(self, read: ReadFile) -> FileOutcome:
        if read.lines is None:
            raise read.problem or AssertionError("a file without lines has its problem")
        with reading(self._pipeline.engine) as connection:
            unfinished = unfinished_move(connection, read.digest)
        if unfinished is not None:
            return self._finish_move(read, unfinished)
        snapshot = parse_snapshot(read.lines, self._pipeline.settings.zone)
        self._write_rejects(read, snapshot.rejected)
        stopping.check()  # what is begun now is finished, or rolled back by an error
        written = self._write(read, snapshot)
        if isinstance(written, int):
            return self._finish_move(read, written)
        place = self._move_to_archive(read, written.file_id)
        return FileOutcome(
            self._name,
            State.ARCHIVED,
            place,
            header=snapshot.header,
            counts=written.counts,
            table_rows=written.table_rows,
            rejected_by_reason=snapshot.rejected_by_reason,
            matched_by_rule=written.matched_by_rule,
        )

    def _finish_move(self, read: ReadFile, file_id: int) -> FileOutcome:
        """Move a file whose contents are already in the catalogue."""
        place = self._move_to_archive(read, file_id)
        return FileOutcome(self._name, State.ARCHIVED, place)

    def _write(self, read: ReadFile, snapshot: Snapshot) -> WrittenSnapshot | int:
        """Accept the file and write everything it changes, in one transaction.

        Returns only the file_id if another run has written the file meanwhile.
        """
        now = self._pipeline.clock()
        with writing(self._pipeline.engine, Lock.CATALOGUE) as connection:
            written_by_other = unfinished_move(connection, read.digest)
            if written_by_other is not None:
                return written_by_other
            store = check_snapshot(connection, self._pipeline, snapshot, read.digest, now)
            entry = FileEntry(
                digest=read.digest,
                source_path=self._folders.relative(self._path),
                archive_path=self._folders.relative(self._archive_place(read)),
                run_id=self._run_id,
            )
            written = write_snapshot(connection, snapshot, store, entry, now)
            attempts.end(connection, self._attempt_id, Event.ACCEPTED, now, digest=read.digest)
        return written

    def _archive_place(self, read: ReadFile) -> PurePath:
        return self._folders.archive / filing.filed_name(read.digest, self._name)

    def _move_to_archive(self, read: ReadFile, file_id: int) -> str:
        """Move the file and record where it is; one replaced meanwhile stays as a new file."""
        target = self._archive_place(read)
        moved = self._pipeline.files.move(self._path, read.file, target)
        place = self._folders.relative(moved or target)
        now = self._pipeline.clock()
        with stopping.finishing(), writing(self._pipeline.engine) as connection:
            ledger.close_move(connection, file_id, place, now)
            attempts.end(connection, self._attempt_id, Event.ACCEPTED, now, digest=read.digest)
        return place

    def _write_rejects(self, read: ReadFile, rejected: Sequence[RejectedRow]) -> None:
        if rejected:
            name = filing.filed_name(read.digest, self._name, ".rejects.jsonl")
            place = self._folders.rejects / name
            filing.write_beside(place, map(asdict, rejected), self._pipeline.files.write_texts)
