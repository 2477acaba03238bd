"""What one part of retention did, or would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RetentionPart:
    """One part: what it is about, the setting that switches it on, and its figures by name.

    `why_off` says which setting to set; None where it is on. `is_cut_short`: the time was up, and
    the next run goes on.
    """

    name: str
    why_off: str | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    is_cut_short: bool = False


def switched_off(name: str, setting: str) -> RetentionPart:
    """A part that is off because its setting is empty."""
    return RetentionPart(name, f"PIPELINE_{setting.upper()} is not set.")
