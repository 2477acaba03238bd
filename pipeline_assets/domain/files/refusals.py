"""Refused files that still need an operator: nobody has sent them back or acknowledged them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """One attempt that ended in quarantine. Which store is known as far as the file could be read.

    `fingerprint` is that of the file, which a move to quarantine does not change.
    """

    attempt_id: int
    inbox: str
    name: str
    fingerprint: str
    digest: str
    reason: str
    message: str
    company: str | None
    store_id: str | None
    refused_at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class StandingRefusal:
    """A refused file that still needs someone. `place` is where it lies, below quarantine."""

    refusal: Refusal
    place: str


def standing_refusals(
    refusals: Sequence[Refusal], places: Mapping[int, str], since: datetime
) -> list[StandingRefusal]:
    """Which files refused since then (UTC) need someone, the newest refusal first.

    `places` is where the refusals' files lie, by attempt. A file that was refused again lies in the
    same place: its last refusal counts, even if an earlier one was acknowledged.
    """
    last = {
        places[one.attempt_id]: one
        for one in sorted(refusals, key=lambda one: one.attempt_id)
        if one.attempt_id in places
    }
    standing = [
        StandingRefusal(one, place)
        for place, one in last.items()
        if one.acknowledged_at is None and one.refused_at >= since
    ]
    return sorted(standing, key=lambda one: one.refusal.attempt_id, reverse=True)


def unacknowledged(
    refusals: Sequence[Refusal], places: Mapping[int, str], wanted: Collection[str]
) -> dict[str, list[int]]:
    """The attempts to acknowledge, by the place where their file lies, for the wanted places."""
    found: dict[str, list[int]] = {}
    for one in refusals:
        place = places.get(one.attempt_id)
        if place is not None and place in wanted and one.acknowledged_at is None:
            found.setdefault(place, []).append(one.attempt_id)
    return found
