"""Tables that operators bring in: CSV files in UTF-8, also packed with gzip."""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline_assets.errors import UsageError


def csv_rows(
    path: Path, title: str, columns: Sequence[str], required: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Line and cells of each row; what is too much in a row stands under None.

    Raises `UsageError` for a file that is no such table; `title` and `columns` say in it what one
    looks like.
    """
    try:
        unpack = gzip.open if path.name.endswith(".gz") else open
        with unpack(path, "rt", encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            found = set(reader.fieldnames or ())
            lacking = [name for name in required if name not in found]
            if lacking:
                raise UsageError(
                    f"{path} has no column {' and no column '.join(lacking)}. {title} is a CSV "
                    f"file whose first line names its columns: {','.join(columns)}."
                )
            for row in reader:
                yield reader.line_num, row
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read as a CSV file in UTF-8: {error}") from error
