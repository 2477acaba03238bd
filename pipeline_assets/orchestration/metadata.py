"""What a run shows about a file in Dagster's UI.

Dagster draws a line through the numbers of an asset's events. One file's figures belong to its
store, so they are texts; only what holds for a whole table is a number.
"""

import os
from collections.abc import Mapping, Sequence

import dagster as dg

from pipeline_assets.reporting.movement_table import movement_rows
from pipeline_assets.reporting.pictures.catalogue_growth import GrowthDrawing
from pipeline_assets.reporting.pictures.drawing import Drawing
from pipeline_assets.reporting.pictures.price_changes import PriceChangesDrawing
from pipeline_assets.reporting.pictures.sheet import pictures
from pipeline_assets.reporting.tables import TableRow, markdown_table, plain_row
from pipeline_assets.services.files.outcomes import FileOutcome
from pipeline_assets.services.operators.day_of_prices import DayOfPrices
from pipeline_assets.settings import home_folder

# Asset → the table whose rows are its row count.
_TABLE = {
    "processed_products": "skus",
    "store_prices": "prices",
    "enriched_barcodes": "enriched_files",
}


def materialization_metadata(asset: str, outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """An accepted file's figures, which both assets show, and the rows of the asset's table."""
    return _file_metadata(asset, outcome) | {
        "file_rejected_by_reason": dg.MetadataValue.json(dict(outcome.rejected_by_reason)),
        "file_skus_matched_by_rule": dg.MetadataValue.json(dict(outcome.matched_by_rule)),
    }


def enrichment_metadata(asset: str, outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """The figures of an enriched file: rows by where their answer came from, requests made."""
    delivered_to = dg.MetadataValue.text(outcome.delivered_to or "")
    return _file_metadata(asset, outcome) | {"delivered_to": delivered_to}


def _file_metadata(asset: str, outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    header = outcome.header
    assert header is not None
    texts = {
        "file": outcome.name,
        "company": header.company,
        "store": header.store_id,
        "scraped_date": header.scraped_date.isoformat(),
        "archived_as": outcome.place or "",
        "file_seconds": f"{outcome.seconds:.3f}",
    }
    texts |= {f"file_{name}": f"{count:,}" for name, count in outcome.counts.items()}
    rows = outcome.table_rows[_TABLE[asset]]
    return _texts(texts) | {"dagster/row_count": dg.MetadataValue.int(rows)}


def refusal_metadata(outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """Why a file brought nothing new, and where it is now."""
    return _texts(
        {
            "file": outcome.name,
            "outcome": outcome.state.value,
            "reason": outcome.reason or "-",
            "message": outcome.message or "-",
            "lies_in": outcome.place or "-",
        }
    )


def _texts(texts: Mapping[str, str]) -> dict[str, dg.MetadataValue]:
    return {name: dg.MetadataValue.text(text) for name, text in texts.items()}


def picture_metadata(drawings: Sequence[Drawing]) -> dict[str, dg.MetadataValue]:
    """The drawings of one event as pictures, by their names."""
    # What matplotlib knows about fonts: without a folder that lasts it would find out in each run.
    os.environ.setdefault("MPLCONFIGDIR", str(home_folder() / ".dagster" / "matplotlib"))
    return {name: dg.MetadataValue.md(text) for name, text in pictures(drawings).items()}


def price_metadata(day: DayOfPrices) -> dict[str, dg.MetadataValue]:
    """The day's price changes and the catalogue's growth, as pictures and tables."""
    rises, falls = (movement_rows(some, day.days) for some in (day.rises, day.falls))
    tables = {
        "largest_rises": markdown_table(rises) or "No price rose on the newest day of any company.",
        "largest_falls": markdown_table(falls) or "No price fell on the newest day of any company.",
    }
    drawings = (PriceChangesDrawing(day.days, day.steps), GrowthDrawing(day.growth))
    shown = {name: dg.MetadataValue.md(text) for name, text in tables.items()}
    return picture_metadata(drawings) | shown


def table_value(rows: Sequence[TableRow]) -> dg.TableMetadataValue:
    """The rows, of which there is at least one, as a table of Dagster's."""
    records = [plain_row(row) for row in rows]
    columns = [
        dg.TableColumn(name, _column_type([record[name] for record in records]))
        for name in records[0]
    ]
    schema = dg.TableSchema(columns)
    return dg.MetadataValue.table([dg.TableRecord(record) for record in records], schema)


def _column_type(cells: Sequence[object]) -> str:
    known = {type(cell) for cell in cells if cell is not None}
    return {int: "int", float: "float"}.get(known.pop(), "string") if len(known) == 1 else "string"
