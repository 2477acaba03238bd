"""What a step reports: figures for charts, and each change in words for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step's outcome. `changes` counts what it changed, by name; `facts` what it found.

    `details` describes the changes one by one. Whoever runs the step adds its name and how many
    `seconds` it took. With `dry_run` the changes were rolled back.
    """

    changes: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    details: Sequence[str] = ()
    step: str = ""
    dry_run: bool = False
    seconds: float = 0.0

    @property
    def changed(self) -> int:
        """The total number of changes."""
        return sum(self.changes.values())
