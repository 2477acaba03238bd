"""`stores import` and `stores next`: where stores are, and which of them to scrape next."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline_assets.catalogue.store_directory import StoreToScrape
from pipeline_assets.cli import terminal
from pipeline_assets.cli.bar import console
from pipeline_assets.cli.common import Json, open_pipeline, print_json
from pipeline_assets.cli.exit_statuses import OK, STRICT
from pipeline_assets.domain.stores.directory import RefusedEntry
from pipeline_assets.errors import UsageError
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.reporting.tables import NOTHING
from pipeline_assets.services.operators import store_directory

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
# More would drive the figures out of sight; with --json all are listed.
_SHOWN_REFUSALS = 20

commands = typer.Typer(
    help="Bring in a directory of stores, and show which stores to scrape next.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@commands.command("import")
def bring_in(
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV file, also .gz: company, store_id and, as far as known, store_name, "
            "suburb, state, postcode, latitude, longitude."
        ),
    ],
    strict: Annotated[bool, typer.Option(help="Exit with 3 if rows were refused.")] = False,
    as_json: Json = False,
) -> None:
    """Bring in stores with their places, before their first snapshot or after it.

    A second time changes nothing, and an empty cell erases nothing. Rows that cannot be read are
    refused, each with its line and the reason; the others count.
    """
    done = store_directory.bring_in_stores(open_pipeline(), file)
    if as_json:
        print_json(asdict(done))
    else:
        terminal.say(
            f"{done.new:,} new stores, {done.changed:,} with news, {done.unchanged:,} known as "
            f"they are, {len(done.refused):,} rows refused"
        )
        _show_refused(done.refused)
    raise typer.Exit(STRICT if strict and done.refused else OK)


def _show_refused(refused: Sequence[RefusedEntry]) -> None:
    for one in refused[:_SHOWN_REFUSALS]:
        terminal.say(visible(f"  line {one.line}: {one.message}"))
    if len(refused) > _SHOWN_REFUSALS:
        terminal.say(f"  … and {len(refused) - _SHOWN_REFUSALS:,} more; --json lists all")


@commands.command("next")
def list_next(
    company: Annotated[
        str | None, typer.Option(help="Only stores of this company, such as aldi.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    claim: Annotated[
        str | None,
        typer.Option(
            help="Keep them from others for so long: 30m, 4h, 2d. A store's next snapshot ends it "
            "earlier."
        ),
    ] = None,
    with_current: Annotated[
        bool, typer.Option(help="Also stores that were scraped lately, last of all.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show which stores to scrape next, the most worth it first.

    First flagged anchors, on which other stores lean; then stores never scraped; then the stalest.
    Of each group, one store comes before a second one. Claimed stores are left out.
    """
    found = store_directory.stores_for_scraper(
        open_pipeline(), limit, company, _duration(claim), with_current=with_current
    )
    if as_json:
        print_json({"stores": [asdict(one) for one in found]})
    elif found:
        console.print(_table(found))
    else:
        terminal.say("There is no store to scrape.")


def _duration(text: str | None) -> timedelta | None:
    """Raises `UsageError` for a text that is no duration."""
    if text is None:
        return None
    parts = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if parts is None or int(parts[1]) == 0:
        raise UsageError(f"--claim {text}: give a number and m, h or d, such as 30m, 4h or 2d.")
    return timedelta(**{_UNITS[parts[2]]: int(parts[1])})


def _table(found: Sequence[StoreToScrape]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in ("company", "store", "name", "state", "reason", "scraped", "group of", "refused"):
        table.add_column(name, justify="right" if name == "group of" else "left")
    for one in found:
        day = NOTHING if one.scraped_date is None else one.scraped_date.isoformat()
        texts = (one.company, one.store_id, one.store_name or one.suburb or NOTHING, one.state)
        cells = [escape(visible(text or NOTHING)) for text in texts]
        refused = escape(visible(one.refused_reason or NOTHING))
        table.add_row(*cells, one.reason, day, str(one.stores_in_group), refused)
    return table
