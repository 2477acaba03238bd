"""What a step reports: figures for charts, and each change in words for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_assets.reporting.pictures.drawing import Drawing
from pipeline_assets.reporting.tables import TableRow


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step's outcome. `changes` counts what it changed, by name; `facts` what it found.

    No change or fact has the name of another figure of a step's page, such as `changed`. `details`
    describes the changes one by one, `drawings` can be drawn for people, `tables` shown to them by
    name. Whoever runs the step adds its name, how many `seconds` it took and how many `rows` its
    table has now, if it has one. With `dry_run` the changes were rolled back, and the rows are not
    counted.
    """

    changes: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    details: Sequence[str] = ()
    drawings: Sequence[Drawing] = ()
    tables: Mapping[str, Sequence[TableRow]] = field(default_factory=dict)
    step: str = ""
    dry_run: bool = False
    seconds: float = 0.0
    rows: int | None = None

    @property
    def changed(self) -> int:
        """The total number of changes."""
        return sum(self.changes.values())
