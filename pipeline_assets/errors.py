"""One tree of errors. Each has its facts as attributes and a message that says what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any


class PipelineError(Exception):
    """The base of every error this project raises on purpose."""


class UsageError(PipelineError):
    """The request does not make sense; nothing was done."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file that was refused, as far as it could be read; None is unknown."""

    company: str | None = None
    store_id: str | None = None
    rows_read: int | None = None
    rows_rejected: int | None = None


class RefusedFileError(PipelineError):
    """A bad file: it is moved whole to `quarantine/<reason>/`, with this message next to it.

    `reason` is the name of an acceptance rule, from `domain.snapshots.acceptance.REASONS`.
    `rejected` are the rows that the row rules had rejected by then, as far as the file was read.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        rejected: Sequence[Any] = (),
        facts: FileFacts | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.rejected = rejected
        self.facts = facts or FileFacts()


class VanishedFileError(PipelineError):
    """A file was in the inbox a moment ago and is gone now: another run or a person took it."""

    def __init__(self, path: PurePath) -> None:
        super().__init__(
            f"{path.name} is no longer in {path.parent}: another run has taken it, or someone has "
            "removed it. There is nothing to do; if it should still be there, put it back."
        )
        self.path = path


class FolderError(UsageError):
    """A folder of the data folder, or that itself, cannot be used or created."""

    def __init__(self, folder: PurePath, cause: str, remedy: str) -> None:
        super().__init__(f"{folder} should be a folder for the pipeline: {cause}. {remedy}.")
        self.folder = folder


class OutsideInboxError(UsageError):
    """A file name from run config or the command line does not name a file in the inbox."""

    def __init__(self, name: str, inbox: PurePath) -> None:
        super().__init__(
            f"{name!r} is not the name of a file directly in {inbox}. Give a file name without a "
            "folder."
        )
        self.name = name


class NotAnInboxFileError(UsageError):
    """A name from run config or the command line is that of something that is never processed."""

    def __init__(self, path: PurePath, oddity: str) -> None:
        super().__init__(f"{path.name!r} in {path.parent} is not processed: {oddity}.")
        self.path = path


class UnknownFileError(UsageError):
    """A run was launched for a file that is not in the inbox and never was."""

    def __init__(self, name: str, inbox: PurePath) -> None:
        super().__init__(
            f"There is no {name!r} in {inbox}, and no run has ever processed a file of that name. "
            "Check the name, or leave it out: then the run processes the oldest file that is ready."
        )
        self.name = name


class UnavailableError(PipelineError):
    """What all work depends on cannot be reached; no file is halted because of this.

    `is_transient`: this may end by itself; otherwise somebody has to do something.
    """

    def __init__(self, message: str, *, is_transient: bool) -> None:
        super().__init__(message)
        self.is_transient = is_transient


class CatalogueUnavailableError(UnavailableError):
    """The catalogue's database cannot be reached.

    `is_transient`: the server is down or unreachable; otherwise it refuses the connection, or there
    is no such database.
    """

    def __init__(self, url: str, cause: str, *, is_transient: bool = True) -> None:
        super().__init__(
            f"The catalogue at {url} cannot be reached ({cause}). Check that the database is "
            "running and that CATALOGUE_URL is correct. The files stay where they are and are "
            "processed later.",
            is_transient=is_transient,
        )
        self.url = url


class FilesUnavailableError(UnavailableError):
    """The object store of the inboxes cannot be reached, or it refuses what is asked of it.

    `is_transient`: it is down, unreachable or too busy; otherwise it refuses the credentials, there
    is no such bucket, or an object in it has a name that cannot be used.
    """

    def __init__(self, url: str, cause: str, *, is_transient: bool = True) -> None:
        super().__init__(
            f"The object store {url} cannot be used ({cause}). Check that it can be reached, that "
            "PIPELINE_FILES_URL and the credentials are correct. The files stay where they are and "
            "are processed later.",
            is_transient=is_transient,
        )
        self.url = url


class NoCatalogueError(UsageError):
    """There is no catalogue of this version to ask: none at all, or an older one."""

    def __init__(self, url: str, *, is_older: bool) -> None:
        found = (
            f"The catalogue at {url} was written by an older version. Run `pipeline-assets "
            "prepare`, which migrates it"
            if is_older
            else f"There is no catalogue at {url}. Check PIPELINE_DATA_DIR and CATALOGUE_URL, or "
            "the address that was given; `pipeline-assets prepare` creates one"
        )
        super().__init__(f"{found}. Asking never creates or migrates a catalogue.")
        self.url = url
        self.is_older = is_older


class CatalogueBusyError(PipelineError):
    """The catalogue cannot be replaced now: `active` names the runs and files in progress."""

    def __init__(self, active: Sequence[str]) -> None:
        shown = ", ".join(active[:5]) + (" …" if len(active) > 5 else "")
        super().__init__(
            f"Work is in progress on this catalogue: {shown}. Stop Dagster's daemon and other "
            "commands, or terminate these runs in the UI, and try again."
        )
        self.active = active


class DagsterStorageError(PipelineError):
    """Dagster's storage cannot be opened or used; the catalogue and the files are not affected."""

    def __init__(self, place: object, cause: str, remedy: str = "") -> None:
        remedy = remedy or "Check that there is room and that the folder or the server can be used."
        super().__init__(
            f"Dagster's storage in {place} cannot be used ({cause.rstrip('.')}). {remedy}"
        )
        self.place = place


class NoDagsterStorageError(DagsterStorageError):
    """The storage is only to be looked at, and it needs work first.

    `is_new`: it is not there yet; otherwise it needs repair.
    """

    def __init__(self, place: object, *, is_new: bool) -> None:
        cause = "it is not there yet" if is_new else "it was left incomplete when it was created"
        super().__init__(place, cause, "Run `pipeline-assets prepare`, which makes it ready.")
        self.is_new = is_new


class HaltedFileError(PipelineError):
    """The file itself is not bad: it stays in the inbox until it changes or is requeued."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(
            f"{name} is halted: {cause.rstrip('.')}. It stays in the inbox and is not processed "
            f"again until it changes or you run `pipeline-assets requeue {name}`."
        )
        self.name = name
        self.cause = cause


class TransientError(PipelineError):
    """A transient error kept a file from being processed; the step is retried.

    `is_recorded`: the failure is in the record of attempts, which halts the file after too many of
    them; otherwise nothing could be written at all.
    """

    def __init__(self, name: str, cause: str, failures: int, *, is_recorded: bool = True) -> None:
        super().__init__(
            f"{name} could not be processed ({cause}; failure {failures} in a row). Nothing was "
            "written; the step is retried on a new connection."
        )
        self.name = name
        self.cause = cause
        self.failures = failures
        self.is_recorded = is_recorded


class SessionError(PipelineError):
    """No session could be obtained this time; another renewal may succeed."""


class EnrichmentStoppedError(PipelineError):
    """The shop blocks its pages, so further requests are pointless. The file is halted."""


class EnrichmentBusyError(PipelineError):
    """Another file is being enriched; only one can be at a time. Nothing was done."""

    def __init__(self, name: str, other: str) -> None:
        super().__init__(
            f"{name} is not enriched now: {other} is being enriched, and only one file is enriched "
            "at a time. It stays where it is and is enriched later."
        )
        self.name = name
