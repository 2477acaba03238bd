"""The files that need somebody: halted ones in the inboxes, refused ones in quarantine."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import Connection

from pipeline_assets.catalogue.file_log import acknowledged, halted_since
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import PRODUCT_INBOX, Inbox
from pipeline_assets.inbox.refused import explained, refused_files
from pipeline_assets.services.operators.remedies import remedy
from pipeline_assets.services.pipeline import Pipeline

# So many of the newest refused files are looked at: all were never deleted.
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class StuckFile:
    """A halted or refused file: why, since when (UTC; None is unknown), and what helps it.

    `place` is where it is, below the data folder.
    """

    name: str
    inbox: str
    place: str
    outcome: str
    reason: str | None
    message: str
    since: datetime | None
    command: str
    note: str


@dataclass(frozen=True, slots=True)
class RefusedFiles:
    """The newest files in quarantine that nobody has acknowledged, and how many more lie there."""

    shown: Sequence[StuckFile] = ()
    not_shown: int = 0


def halted_files(
    connection: Connection, inbox: Inbox, reasons: Mapping[str, str]
) -> list[StuckFile]:
    """The inbox's halted files, whose `reasons` are given by name."""
    since = halted_since(connection, inbox.name, reasons)
    stuck = []
    for name, why in reasons.items():
        help_ = remedy(Event.HALTED, None, inbox.name, name)
        assert help_ is not None
        place = f"{inbox.name}/{name}"
        facts = (name, inbox.name, place, Event.HALTED.value, None, why, since.get(name))
        stuck.append(StuckFile(*facts, help_.command, help_.note))
    return stuck


def refused_lying(pipeline: Pipeline, connection: Connection, most: int) -> RefusedFiles:
    """The refused files that are still in quarantine, the newest first, at most so many."""
    paths = refused_files(pipeline.files, pipeline.folders.quarantine)
    newest = sorted(paths, key=lambda path: (paths[path], path.name), reverse=True)[:_LOOKED_AT]
    told = {path: explained(pipeline.files, path) for path in newest}
    digests = {said["digest"] for said in told.values() if "digest" in said}
    done = acknowledged(connection, digests)
    left = [
        path
        for path, said in told.items()
        if (said.get("inbox"), said.get("file"), said.get("digest")) not in done
    ]
    taken = Counter(map(_kept_name, paths))
    shown = [_stuck(pipeline, path, told[path], taken) for path in left[:most]]
    return RefusedFiles(shown, len(paths) - (len(newest) - len(left)) - len(shown))


def _stuck(
    pipeline: Pipeline, path: PurePath, said: Mapping[str, str], taken: Mapping[str, int]
) -> StuckFile:
    kept, inbox, reason = _kept_name(path), said.get("inbox", PRODUCT_INBOX), path.parent.name
    name = said.get("file", kept)
    in_inboxes = (inbox.folder / kept for inbox in pipeline.inboxes)
    is_clear = taken[kept] == 1 and not any(map(pipeline.files.is_there, in_inboxes))
    called = kept if is_clear else f"{reason}/{path.name}"
    help_ = remedy(Event.QUARANTINED, reason, inbox, called)
    assert help_ is not None
    since = _moment(said.get("refused_at"))
    place, why = pipeline.folders.relative(path), said.get("message", "")
    facts = (name, inbox, place, Event.QUARANTINED.value, reason, why, since)
    return StuckFile(*facts, help_.command, help_.note)


def _kept_name(path: PurePath) -> str:
    """The name that the file had in its inbox, as far as it was kept; requeueing goes by it."""
    return path.name[filing.DIGEST_LENGTH + 1 :]


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((text or "").removesuffix("Z"))
    except ValueError:
        return None
