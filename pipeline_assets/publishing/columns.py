"""A published column: its name, type, meaning and unit. The types of file formats follow from it.

Nothing is imported here that takes long: Dagster's pages show columns, too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

RowValues: TypeAlias = Sequence[Sequence[Any]]
"""RowValues as a database gives them: values in the order of the columns."""

_KINDS = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DATETIME": "datetime",
    "DECIMAL": "number",
    "ARRAY": "array",
}
_TYPE = re.compile(r"(?P<word>[A-Z]+)(?:\((?P<size>\d+)(?:, *(?P<scale>\d+))?\))?")


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """One column; `sql_type` is its type in the catalogue, or `ARRAY` for a list of texts.

    `unit` is that of a number: `AUD`, or what else it counts in.
    """

    name: str
    sql_type: str
    description: str
    unit: str | None = None

    @property
    def kind(self) -> str:
        """Its type in a Table Schema: `string`, `integer`, `number`, `date` and so on."""
        return _KINDS[self._parts["word"]]

    @property
    def digits(self) -> tuple[int, int]:
        """Of a decimal: how many digits it has, and how many of them after the point."""
        return int(self._parts["size"]), int(self._parts["scale"])

    @property
    def _parts(self) -> re.Match[str]:
        found = _TYPE.fullmatch(self.sql_type)
        if found is None or found["word"] not in _KINDS:
            raise TypeError(f"{self.name}: nothing is known about the type {self.sql_type}")
        return found


def field_of(column: PublishedColumn) -> dict[str, Any]:
    """The column as a field of a Table Schema, with its unit."""
    field: dict[str, Any] = {"name": column.name, "type": column.kind}
    if column.kind == "array":
        field["arrayItem"] = {"type": "string"}
    field["description"] = column.description
    if column.unit is not None:
        field["unit"] = column.unit
    return field
