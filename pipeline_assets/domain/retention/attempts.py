"""Which old entries in the record of attempts nobody needs any more: a pure plan."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from pipeline_assets.domain.files.attempts import WAIVER, Attempt, Event

FileName = tuple[str, str]
"""An inbox and a file's name in it."""

# After one of these nothing more is asked about the file: the ledger knows it, or it is not there.
_SETTLED = frozenset({Event.ACCEPTED, Event.VANISHED, Event.ASKED})


def attempts_to_remove(
    entries: Iterable[Attempt], before: datetime, in_inboxes: Collection[FileName]
) -> list[int]:
    """The ids of those entries that ended before then (UTC) and that may go.

    `entries`: all that there are on some names of files, oldest first; `in_inboxes`: the files that
    are in an inbox now. What stays, whatever its age: every entry on a file in an inbox; an attempt
    that has not ended; a requeue that permits something and is not used; of a file that was not
    accepted, the last entry and the last refusal.
    """
    of_version: dict[tuple[str, str, str], list[Attempt]] = defaultdict(list)
    for entry in entries:
        if (entry.inbox, entry.name) not in in_inboxes:
            of_version[entry.inbox, entry.name, entry.fingerprint].append(entry)
    return sorted(
        entry.attempt_id
        for record in of_version.values()
        for entry in record
        if _is_old(entry, before) and entry.attempt_id not in _kept(record)
    )


def _is_old(entry: Attempt, before: datetime) -> bool:
    is_open = entry.ended_at is None or entry.outcome == Event.STARTED
    is_unused = entry.outcome == Event.REQUEUED and entry.reason == WAIVER
    return not is_open and not is_unused and entry.ended_at is not None and entry.ended_at < before


def _kept(record: list[Attempt]) -> set[int]:
    """The entries on one version of a file that stay for its sake."""
    last = record[-1]
    if last.outcome in _SETTLED:
        return set()
    refusals = [entry for entry in record if entry.outcome == Event.QUARANTINED]
    return {entry.attempt_id for entry in (last, *refusals[-1:])}
