"""A snapshot: everything that one store sold at one moment, and the rows that were rejected.

The rules for a row are in `listing`, those for the whole snapshot in `acceptance`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.listing import Listing
from pipeline_assets.errors import FileFacts


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A rejected line: its number (from 1), the rule's name, the facts, the line itself."""

    line: int
    reason: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file that was read. `dropped` counts the fields left out of accepted rows, by name."""

    header: Header
    listings: Sequence[Listing]
    rejected: Sequence[RejectedRow]
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        """The number of rows in the file, accepted and rejected."""
        return len(self.listings) + len(self.rejected)

    @property
    def rows_priced(self) -> int:
        """The number of accepted rows that have a price today."""
        return sum(listing.price_cents is not None for listing in self.listings)

    @property
    def facts(self) -> FileFacts:
        """What the record says about the file if it is refused."""
        header = self.header
        return FileFacts(header.company, header.store_id, self.rows_read, len(self.rejected))

    @property
    def rejected_by_reason(self) -> dict[str, int]:
        """How many rows each rule rejected, by the rule's name."""
        return dict(sorted(Counter(row.reason for row in self.rejected).items()))
