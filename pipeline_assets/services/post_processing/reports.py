"""What a step tells of itself: figures for charts, and the single changes for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step's outcome. `changes` counts what it changed, by name; `facts` what it found.

    `details` are the changes one by one, in words. Who runs the step adds its name and how many
    `seconds` it took; `dry_run`: the changes would have been made.
    """

    changes: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    details: Sequence[str] = ()
    step: str = ""
    dry_run: bool = False
    seconds: float = 0.0

    @property
    def changed(self) -> int:
        """How much was changed in all."""
        return sum(self.changes.values())
