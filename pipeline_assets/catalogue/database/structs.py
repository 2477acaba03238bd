"""Reads rows as structs of the domain: the database makes JSON of them, msgspec decodes it.

A driver makes an object of every value of every row, and SQLAlchemy one of every row. For a file's
rows that costs more than all the rest; a text that holds many rows costs next to nothing.
"""

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.json import Decoder
from sqlalchemy import ColumnElement, Connection, Function, Select, func, select

from pipeline_assets.errors import PipelineError

_T = TypeVar("_T", bound=Struct)

_ROWS_PER_TEXT = 64


def as_json(struct: type[Struct], **columns: ColumnElement[Any]) -> Function[Any]:
    """SQL: a struct as JSON; each field is given by name. The struct must be `array_like`.

    Raises `TypeError` if a field has no column: the program does not start.
    """
    fields = struct.__struct_fields__
    forgotten = [name for name in fields if name not in columns]
    if forgotten:
        raise TypeError(f"{struct.__name__}: no column is given for {', '.join(forgotten)}")
    return func.json_array(*(columns[name] for name in fields))


class StructQuery(Generic[_T]):
    """A query for structs. Rows whose `key`, a number, is near another's come in one text."""

    def __init__(self, struct: type[_T], row: ColumnElement[Any], key: ColumnElement[int]) -> None:
        # SQLite and MySQL have numbers for truth values: not strict.
        self._decoder = Decoder(struct, strict=False)
        lines = func.aggregate_strings(row, "\n")
        self.select = select(func.count(), lines).group_by(key // _ROWS_PER_TEXT)

    def of(self, connection: Connection, query: Select[int, str]) -> Iterator[_T]:
        """The structs of `query`, which is `self.select` with its sources and conditions.

        Raises `PipelineError` if the server cut a text.
        """
        for count, lines in connection.execute(query).all():
            found = self._decoder.decode_lines(lines or "")
            if len(found) != count:
                raise PipelineError(
                    "The database server cut off a long text. Raise its max_allowed_packet."
                )
            yield from found
