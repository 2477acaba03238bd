"""Takes the files of an old archive in date order, each through the inbox, as new ones are taken.

The folder stays as it was: files are copied, a batch at a time. What was accepted before, or is
still in the inbox since an import was cut off, is not copied again: the same command goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath

from pipeline_assets import stopping
from pipeline_assets.catalogue import attempts, ledger
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.reports import FileReport
from pipeline_assets.domain.files.attempts import Attempt, Event
from pipeline_assets.errors import PipelineError, UsageError, VanishedFileError
from pipeline_assets.inbox.dating import DatedFile, date_file, in_date_order
from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.inbox.staging import snapshot_files
from pipeline_assets.services.pipeline import Pipeline

_BATCH_FILES, _BATCH_BYTES = 50, 256 * 2**20

KNOWN = "known"
"""What became of a file that was handled before, or whose twin came first."""

WAITING = "waiting"
"""What became of a file that is still to be processed."""

_ENDS = frozenset({Event.ACCEPTED.value, Event.QUARANTINED.value})


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of a file of the folder; its `path` is that below the folder.

    `outcome` is that of a drain, `known` or `waiting`; `reason` and `message` are those of a drain.
    """

    path: str
    outcome: str
    reason: str | None = None
    message: str | None = None
    run_id: str | None = None
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that are in the inbox now: the time of the last one, and how many come after them."""

    until: datetime | None
    files_after: int


class ArchiveImport:
    """An import: `wanted` are the files to take, in order; `settled` what became of the others."""

    def __init__(self, pipeline: Pipeline, folder: Path) -> None:
        self._pipeline = pipeline
        self._folder = folder
        self._inbox = pipeline.product_inbox.folder
        self._staged: dict[str, PurePath] = {}
        self.wanted: list[DatedFile] = []
        self.settled: list[ImportedFile] = []

    def batches(self) -> Iterator[Batch]:
        """Put the next files into the inbox; the caller processes them before it asks for more."""
        after = len(self.wanted)
        for files in _cut(self.wanted):
            after -= len(files)
            for file in files:
                stopping.check()
                if file.digest not in self._staged:
                    self._stage(file)
            yield Batch(files[-1].scraped_at, after)

    def _stage(self, file: DatedFile) -> None:
        files = self._pipeline.files
        try:
            self._staged[file.digest] = files.add_copy(Path(file.path), self._inbox)
        except VanishedFileError:
            return  # it stays among those that wait
        except OSError as error:
            raise PipelineError(
                f"{file.path} could not be copied to {self._inbox}: {error.strerror}. Once that is "
                "fixed, run the same command again: it goes on there."
            ) from error

    def read(self, paths: Sequence[Path]) -> Iterator[Path]:
        """Read what each file says of itself, and sort out what need not be taken."""
        found: list[DatedFile] = []
        for path in paths:
            stopping.check()
            dated = self._date(path)
            if dated is None:
                self._settle(path, Event.FAILED, None, "The file cannot be opened or read.")
            else:
                found.append(dated)
            yield path
        self._sort_out(in_date_order(found))

    def _date(self, path: Path) -> DatedFile | None:
        return date_file(path, self._pipeline.read_limits, self._pipeline.settings.zone)

    def _sort_out(self, found: Sequence[DatedFile]) -> None:
        files = self._pipeline.files
        files.remove_unfinished(self._inbox)
        limits, zone = self._pipeline.read_limits, self._pipeline.settings.zone
        waiting = (
            date_file(self._inbox / file.name, limits, zone, files.opened)
            for file in files.look(self._inbox).files
        )
        self._staged = {file.digest: file.path for file in waiting if file is not None}
        with reading(self._pipeline.engine) as connection:
            digests = {file.digest for file in found}
            accepted = ledger.sources_of(connection, digests)
            last = attempts.last_by_digest(connection, PRODUCT_INBOX, digests)
        first: dict[str, DatedFile] = {}
        for file in found:
            if file.digest in first:
                twin = self._relative(first[file.digest].path)
                self._settle(file.path, KNOWN, None, f"It has the same bytes as {twin}.")
                continue
            first[file.digest] = file
            if file.digest in accepted and file.digest not in self._staged:
                source = accepted[file.digest]
                self._settle(file.path, KNOWN, None, f"It was accepted before, as {source}.")
            elif _is_refused(last.get(file.digest)) and file.digest not in self._staged:
                told = last[file.digest]
                message = f"It was refused before, and is in quarantine/: {told.message}"
                self._settle(file.path, KNOWN, told.reason, message)
            else:
                self.wanted.append(file)

    def _settle(self, path: PurePath, outcome: str, reason: str | None, message: str) -> None:
        self.settled.append(ImportedFile(self._relative(path), outcome, reason, message))

    def _relative(self, path: PurePath) -> str:
        return str(path.relative_to(self._folder))

    def outcomes(
        self, reports: Sequence[FileReport], halted: Mapping[str, str]
    ) -> list[ImportedFile]:
        """What became of each file, by path.

        `reports` are those of the import's runs; `halted`: why a file of the inbox is, by name.
        """
        digests = {file.digest for file in self.wanted}
        with reading(self._pipeline.engine) as connection:
            last = attempts.last_by_digest(connection, PRODUCT_INBOX, digests)
        told = _Told(last, {one.run_id: one for one in reports}, halted)
        files = [
            told.of(self._relative(file.path), file.digest, self._staged.get(file.digest))
            for file in self.wanted
        ]
        return sorted([*self.settled, *files], key=lambda one: one.path)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of the files of an import: by digest, by run, by name in the inbox."""

    last: Mapping[str, Attempt]
    of_runs: Mapping[str | None, FileReport]
    halted: Mapping[str, str]

    def of(self, path: str, digest: str, staged: PurePath | None) -> ImportedFile:
        attempt = self.last.get(digest)
        if attempt is not None and attempt.outcome in _ENDS:
            report = self.of_runs.get(attempt.run_id)
            figures = report.figures if report is not None else {}
            about = (attempt.outcome, attempt.reason, attempt.message, attempt.run_id)
            return ImportedFile(path, *about, figures)
        if staged is None:
            message = "It was not copied yet. Run the same command again."
            return ImportedFile(path, WAITING, None, message)
        if staged.name in self.halted:
            return ImportedFile(path, Event.HALTED.value, None, self.halted[staged.name])
        for report in self.of_runs.values():
            if report.name == staged.name and report.outcome not in _ENDS:
                about = (report.outcome, report.reason, report.message, report.run_id)
                return ImportedFile(path, *about)
        message = f"It is in product_inbox/ as {staged.name}."
        return ImportedFile(path, WAITING, None, message)


def _is_refused(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.outcome == Event.QUARANTINED


def _cut(files: Sequence[DatedFile]) -> Iterator[Sequence[DatedFile]]:
    batch: list[DatedFile] = []
    size = 0
    for file in files:
        if batch and (len(batch) == _BATCH_FILES or size + file.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def files_to_import(pipeline: Pipeline, folder: Path) -> tuple[ArchiveImport, list[Path]]:
    """An import of this folder, and the files in it and below it that are still to be read.

    Raises `UsageError` for a folder that cannot be read, that is in the data folder or holds it.
    """
    place = folder.resolve()
    if not place.is_dir():
        raise UsageError(f"There is no folder {folder}.")
    data = pipeline.folders.data.resolve()
    if place.is_relative_to(data) or data.is_relative_to(place):
        raise UsageError(
            f"{folder} is in the data folder {pipeline.folders.data}, or holds it. To take files "
            "of the data folder again, use `pipeline-assets requeue` or `restore --send-back`."
        )
    try:
        paths = list(snapshot_files(place))
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error}") from error
    return ArchiveImport(pipeline, place), paths
