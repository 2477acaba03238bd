"""`backup`: the catalogue as one file."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline_assets import stopping
from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import Json, pipeline_to_look_at, print_json, shown_path
from pipeline_assets.services.operators.backup import back_up

_SHOWN = ("stores", "products", "skus", "prices", "price_history", "ingested_files")


def back_up_catalogue(
    file: Annotated[Path, typer.Argument(help="The file to write, such as monday.sqlite.")],
    force: Annotated[bool, typer.Option(help="Overwrite the file if it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write the whole catalogue to one SQLite file, while everything runs, and check the file.

    It holds the catalogue as it was at one moment. Copying catalogue.sqlite instead would lose what
    is still in its write-ahead log. From MySQL or MariaDB, this is an export.
    """
    with pipeline_to_look_at() as pipeline, terminal.working("writing", is_quiet=as_json):
        stopping.check()
        done = back_up(pipeline, file, force=force)
    if as_json:
        print_json({"file": str(done.path), "bytes": done.size, "rows": dict(done.rows)})
        return
    terminal.say(f"{shown_path(done.path)} is written and checked: {done.size:,} bytes")
    terminal.say(", ".join(f"{done.rows[name]:,} {name}" for name in _SHOWN))
