"""What happened to a file, as reported to Dagster, the terminal and scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.errors import FileFacts


class State(StrEnum):
    """How work on a file ended; `halted` is raised as an error instead."""

    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    VANISHED = "vanished"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """One handled file.

    `place` is where it is now, below the data folder; `reason` and `message` say why it was
    refused, and `facts` what is known of it; `counts` are the figures of an accepted file, by name;
    `table_rows` are the rows of the tables it changed, once it had; `delivered_to` is where an
    enriched file went, below the data folder.
    """

    name: str
    state: State
    place: str | None = None
    reason: str | None = None
    message: str | None = None
    header: Header | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    table_rows: Mapping[str, int] = field(default_factory=dict)
    rejected_by_reason: Mapping[str, int] = field(default_factory=dict)
    matched_by_rule: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    delivered_to: str | None = None
    facts: FileFacts = field(default_factory=FileFacts)
