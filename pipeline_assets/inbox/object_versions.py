"""One version of an object, as a listing or an answer of its store tells it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object: its key, size in bytes, etag, and when it was written (ns)."""

    key: str
    size: int
    etag: str
    written_ns: int

    @property
    def mark(self) -> str:
        """What tells this version from any other, also from one of the same bytes."""
        return f"{self.size} {self.etag} {self.written_ns // 10**9}"


def whole_seconds_ns(written: datetime) -> int:
    """A moment as every answer of a store gives it: some have fractions of a second."""
    return int(written.timestamp()) * 10**9
