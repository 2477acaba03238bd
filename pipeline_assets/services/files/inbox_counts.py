"""An inbox in figures and in words: what people see of it where nothing is to be requested."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import islice

from pipeline_assets.services.files.inbox_survey import Survey

# More names than this are more than people read, and a cursor or an event need not hold them.
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many entries an inbox holds, each in exactly one of these.

    `waiting` files can be processed now or once others are done; `arriving` ones still change;
    `in_progress` ones have a run; `halted` ones wait for a person; `unsuitable` entries are no
    files that are processed.
    """

    waiting: int
    arriving: int
    in_progress: int
    halted: int
    unsuitable: int

    @property
    def entries(self) -> int:
        """All of them."""
        return sum(astuple(self))


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry that stays in an inbox, and why."""

    name: str
    why: str


def count_entries(found: Survey) -> InboxCounts:
    """The figures of a survey."""
    return InboxCounts(
        waiting=len(found.takeable) + len(found.waiting) + len(found.unread),
        arriving=len(found.unsettled),
        in_progress=len(found.in_flight),
        halted=len(found.halted),
        unsuitable=len(found.others),
    )


def staying_entries(found: Survey) -> Sequence[NamedEntry]:
    """The halted files and the unsuitable entries, the first few of each."""
    return [
        NamedEntry(name, why)
        for entries in (found.halted, found.others)
        for name, why in islice(entries.items(), _MOST_NAMED)
    ]


def digest_of(found: Survey) -> str:
    """A short text that is another one as soon as anything that people are shown has changed."""
    staying: list[Mapping[str, str]] = [found.halted, found.others]
    shown = (astuple(count_entries(found)), *(sorted(entries.items()) for entries in staying))
    return hashlib.blake2b(repr(shown).encode("utf-8", "replace"), digest_size=8).hexdigest()


def idle_in_words(inbox: str, found: Survey) -> str:
    """Why no file of this inbox can be processed now, and what to do about those that stay."""
    counts = count_entries(found)
    if not counts.entries:
        return f"There is nothing in {inbox}/."
    parts = [
        _part(counts.in_progress, "is being processed", "are being processed"),
        _part(counts.arriving, "is arriving", "are arriving"),
        _part(counts.waiting, "is waiting for another file", "are waiting for other files"),
        _part(counts.halted, "is halted", "are halted"),
        _part(counts.unsuitable, "is not a file to process", "are not files to process"),
    ]
    told = ", ".join(part for part in parts if part)
    stays = counts.halted or counts.unsuitable
    remedy = " (`pipeline-assets status` says why, and what to do)" if stays else ""
    return f"No file in {inbox}/ can be processed now: {told}{remedy}."


def _part(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}" if number else ""
