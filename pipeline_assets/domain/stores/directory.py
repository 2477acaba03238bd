"""The rows of a store directory: which of them can be read, and what they change.

A directory is a table with the columns company, store_id, store_name, suburb, state, postcode,
latitude and longitude; the first two are required. It knows stores before their first snapshot.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from pipeline_assets.domain.snapshots.header import (
    MAX_KEY_LENGTH,
    MAX_STORE_NAME_LENGTH,
    identifier,
)

COLUMNS = (
    "company",
    "store_id",
    "store_name",
    "suburb",
    "state",
    "postcode",
    "latitude",
    "longitude",
)
REQUIRED = COLUMNS[:2]
_LENGTHS = {
    "store_name": MAX_STORE_NAME_LENGTH,
    "suburb": MAX_STORE_NAME_LENGTH,
    "state": MAX_KEY_LENGTH,
    "postcode": 16,
}
# What a snapshot says of its store as well.
_OF_SNAPSHOTS = ("store_name", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """What is known of where a store is; None is unknown. Latitude and longitude in degrees."""

    store_name: str | None = None
    suburb: str | None = None
    state: str | None = None
    postcode: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A row that could be read."""

    company: str
    store_id: str
    facts: StoreFacts


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A row that could not: its line in the file, and why in words."""

    line: int
    message: str


def read_entries(
    rows: Iterable[tuple[int, Mapping[str, object]]],
) -> tuple[list[DirectoryEntry], list[RefusedEntry]]:
    """The rows that can be read and those that cannot; `rows` are line and cells by column.

    Of several rows of one store the first counts.
    """
    entries: dict[tuple[str, str], DirectoryEntry] = {}
    refused = []
    for line, row in rows:
        try:
            entry = _entry(row)
            key = (entry.company, entry.store_id)
            if key in entries:
                raise ValueError(f"{entry.company} {entry.store_id} stands in an earlier row")
        except ValueError as error:
            refused.append(RefusedEntry(line, str(error)))
        else:
            entries[key] = entry
    return list(entries.values()), refused


def _entry(row: Mapping[str, object]) -> DirectoryEntry:
    """Raises `ValueError`, which says what is wrong."""
    company = identifier(str(row.get("company") or "").lower())
    store_id = identifier(row.get("store_id"))
    if company is None or store_id is None:
        name = "company" if company is None else "store_id"
        raise ValueError(f"{name} is empty or longer than {MAX_KEY_LENGTH} characters")
    if row.get(None):  # type: ignore[call-overload] # where the reader puts what is too much
        raise ValueError("there are more cells than columns")
    texts = {name: _text(row, name, length) for name, length in _LENGTHS.items()}
    latitude, longitude = _degrees(row, "latitude", 90), _degrees(row, "longitude", 180)
    if (latitude is None) != (longitude is None):
        raise ValueError("latitude and longitude go together")
    return DirectoryEntry(
        company, store_id, StoreFacts(**texts, latitude=latitude, longitude=longitude)
    )


def _text(row: Mapping[str, object], name: str, length: int) -> str | None:
    text = str(row.get(name) or "").strip()
    if len(text) > length:
        raise ValueError(f"{name} is longer than {length} characters")
    return text or None


def _degrees(row: Mapping[str, object], name: str, most: int) -> float | None:
    text = str(row.get(name) or "").strip()
    if not text:
        return None
    try:
        degrees = float(text)
    except ValueError:
        degrees = math.nan
    if not -most <= degrees <= most:
        raise ValueError(f"{name} is not a number from -{most} to {most}")
    return degrees


def updated_facts(known: StoreFacts, listed: StoreFacts, *, is_scraped: bool) -> StoreFacts:
    """What is known of a store once the directory lists it.

    An empty cell erases nothing. The name and the state of a store that has been scraped are those
    that its snapshots gave, where they gave any.
    """
    given = {name: value for name, value in asdict(listed).items() if value is not None}
    if is_scraped:
        for name in _OF_SNAPSHOTS:
            if getattr(known, name) is not None:
                given.pop(name, None)
    return replace(known, **given)
