"""What the columns of tables and views mean, for people who look at them.

A table's columns carry their meaning themselves (`doc`, in `schema`). A view's have theirs here; a
test compares them with the view.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_assets.catalogue.schema import metadata

_SOLD = {
    "company": ("VARCHAR(64)", "the company that sells it, such as `aldi`"),
    "store_id": ("VARCHAR(64)", "the company's own number of the store, always text"),
    "sku": ("VARCHAR(128)", "the company's own number of the article; leading zeros matter"),
    "product_id": ("BIGINT", "the product that the SKU belongs to"),
    "barcode": ("VARCHAR(13)", "GTIN-13 of the product; empty if none is known"),
    "name": ("VARCHAR(512)", "name on the page"),
    "brand": ("VARCHAR(255)", "the brand's name"),
    "price": ("DECIMAL(9, 2)", "price today, in dollars"),
    "previous_price": ("DECIMAL(9, 2)", "the price before it, in dollars"),
    "was_price": ("DECIMAL(9, 2)", "what the store says it cost before, in dollars"),
    "is_on_special": ("BOOLEAN", "whether the store says that it is on special"),
    "unit_price": ("DECIMAL(16, 4)", "price per unit of measure, in dollars"),
    "unit_of_measure": ("VARCHAR(8)", "`kg`, `l`, `m`, `sheet`, `wash` or `ea`"),
    "scraped_date": ("DATE", "day of the snapshot that the price comes from"),
}
VIEW_COLUMNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "store_prices": _SOLD,
    "estimated_prices": _SOLD
    | {
        "is_estimate": ("BOOLEAN", "whether the price is that of the group's anchor"),
        "observed_store_id": ("VARCHAR(64)", "the store whose price it is"),
    },
    "stores_to_scrape": {
        "company": ("VARCHAR(64)", "the store's company"),
        "store_id": ("VARCHAR(64)", "the company's own number of the store, always text"),
        "store_name": ("VARCHAR(255)", "the store's name"),
        "state": ("VARCHAR(64)", "the state that it is in"),
        "scraped_date": ("DATE", "day of its last accepted snapshot"),
        "reason": ("VARCHAR(13)", "why it is worth scraping, or that it is current"),
        "is_anchor": ("BOOLEAN", "whether other stores of its group lean on it"),
        "stores_in_group": ("BIGINT", "how many stores its group has"),
    },
}


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """One column of a table or a view; `type` is its SQL type, `description` what it means."""

    name: str
    type: str
    description: str
    is_nullable: bool = True
    is_unique: bool = False


def described_columns(relation: str) -> tuple[ColumnDescription, ...]:
    """The columns of a table or a view, in order; raises `KeyError` for another name."""
    if relation in VIEW_COLUMNS:
        columns = VIEW_COLUMNS[relation].items()
        return tuple(ColumnDescription(name, kind, text) for name, (kind, text) in columns)
    table = metadata.tables[relation]
    keys = len(table.primary_key.columns)
    return tuple(
        ColumnDescription(
            column.name,
            str(column.type),
            column.doc or "",
            is_nullable=bool(column.nullable),
            is_unique=bool(column.unique) or (column.primary_key and keys == 1),
        )
        for column in table.columns
    )
