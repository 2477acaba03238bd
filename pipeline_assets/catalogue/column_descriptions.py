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
_SHOWN = {
    "size": ("VARCHAR(255)", "size on the page"),
    "category": ("VARCHAR(512)", "the whole path of the category, root first"),
    "store_name": ("VARCHAR(255)", "the store's name"),
    "state": ("VARCHAR(64)", "the state that the store is in"),
    "url": ("VARCHAR(2048)", "address of the product's page"),
    "image_url": ("VARCHAR(2048)", "address of its picture"),
    "is_available": ("BOOLEAN", "whether the store says that it is in stock"),
    "price_since": ("DATE", "day of the snapshot that first had this price"),
}
VIEW_COLUMNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "store_prices": _SOLD | _SHOWN,
    "estimated_prices": _SOLD
    | {
        "is_estimate": ("BOOLEAN", "whether the price is that of the group's anchor"),
        "observed_store_id": ("VARCHAR(64)", "the store whose price it is"),
    }
    | _SHOWN,
    "price_changes": {
        "company": ("VARCHAR(64)", "the company that sells it, such as `aldi`"),
        "store_id": ("VARCHAR(64)", "the company's own number of the store, always text"),
        "store_name": ("VARCHAR(255)", "the store's name"),
        "sku": ("VARCHAR(128)", "the company's own number of the article; leading zeros matter"),
        "product_id": ("BIGINT", "the product that the SKU belongs to"),
        "barcode": ("VARCHAR(13)", "GTIN-13 of the product; empty if none is known"),
        "name": ("VARCHAR(512)", "name on the page"),
        "brand": ("VARCHAR(255)", "the brand's name"),
        "size": ("VARCHAR(255)", "size on the page"),
        "kind": ("VARCHAR(12)", "`first_seen`, `changed`, `delisted` or `back`"),
        "scraped_at": ("DATETIME", "time of the snapshot that brought the change (UTC)"),
        "scraped_date": ("DATE", "day of that snapshot"),
        "price": ("DECIMAL(9, 2)", "the price from then on, in dollars; empty if delisted"),
        "price_before": ("DECIMAL(9, 2)", "the last price that it had there before, in dollars"),
        "difference": ("DECIMAL(9, 2)", "price minus the price before, in dollars"),
        "difference_share": ("DECIMAL(12, 4)", "that difference, as a share of the price before"),
    },
    "product_prices": {
        "product_id": ("BIGINT", "the product"),
        "company": ("VARCHAR(64)", "a company that sells it, such as `aldi`"),
        "barcode": ("VARCHAR(13)", "GTIN-13 of the product; empty if none is known"),
        "name": ("VARCHAR(512)", "name on the page of the company's cheapest SKU of the product"),
        "brand": ("VARCHAR(255)", "that SKU's brand"),
        "size": ("VARCHAR(255)", "that SKU's size on the page"),
        "category": ("VARCHAR(512)", "the whole path of that SKU's category, root first"),
        "lowest_price": ("DECIMAL(9, 2)", "lowest price today in any of its stores, in dollars"),
        "median_price": ("DECIMAL(9, 2)", "the middle one of these prices; of two, the lower"),
        "highest_price": ("DECIMAL(9, 2)", "highest price today, in dollars"),
        "stores": ("BIGINT", "how many of the company's stores sell it"),
        "stores_current": ("BIGINT", "how many of them were current at the last post-processing"),
        "unit_price": ("DECIMAL(16, 4)", "the cheapest one's price per unit, in dollars"),
        "unit_of_measure": ("VARCHAR(8)", "`kg`, `l`, `m`, `sheet`, `wash` or `ea`"),
        "low_90_days": (
            "DECIMAL(9, 2)",
            "lowest price in force in the 90 days before a store's last snapshot, in dollars",
        ),
        "low_90_days_date": ("DATE", "the first day of those on which it was in force"),
        "low_ever": ("DECIMAL(9, 2)", "lowest price ever, in dollars"),
        "low_ever_date": ("DATE", "the first day on which it was in force"),
        "url": ("VARCHAR(2048)", "address of the cheapest SKU's page"),
        "image_url": ("VARCHAR(2048)", "address of its picture"),
    },
    "cheapest_per_unit": {
        "category": ("VARCHAR(512)", "the whole path of the SKU's category, root first"),
        "unit_of_measure": ("VARCHAR(8)", "`kg`, `l`, `m`, `sheet`, `wash` or `ea`"),
        "unit_price": ("DECIMAL(16, 4)", "price per unit of measure, in dollars"),
        "price": ("DECIMAL(9, 2)", "the company's lowest price today, in dollars"),
        "company": ("VARCHAR(64)", "the company that sells it, such as `aldi`"),
        "product_id": ("BIGINT", "the product"),
        "barcode": ("VARCHAR(13)", "GTIN-13 of the product; empty if none is known"),
        "sku": ("VARCHAR(128)", "the company's cheapest SKU of the product"),
        "name": ("VARCHAR(512)", "its name on the page"),
        "brand": ("VARCHAR(255)", "its brand"),
        "size": ("VARCHAR(255)", "its size on the page"),
        "stores": ("BIGINT", "how many of the company's stores sell the product"),
        "stores_current": ("BIGINT", "how many of them were current at the last post-processing"),
        "url": ("VARCHAR(2048)", "address of the SKU's page"),
    },
    "match_suggestions": {
        "company_a": ("VARCHAR(64)", "the company of the first SKU, such as `aldi`"),
        "sku_a": ("VARCHAR(128)", "that company's own number of the article"),
        "name_a": ("VARCHAR(512)", "its name on the page"),
        "company_b": ("VARCHAR(64)", "the company of the second SKU; the same for variants"),
        "sku_b": ("VARCHAR(128)", "that company's own number of the article"),
        "name_b": ("VARCHAR(512)", "its name on the page"),
        "confidence": (
            "DECIMAL(7, 6)",
            "the probability that they are one product, by the model; empty for variants",
        ),
        "class": ("VARCHAR(16)", "`same`, `size unconfirmed` or `variant`"),
        "evidence": ("MEDIUMTEXT", "what the suggestion goes by, in words"),
        "model_version": ("VARCHAR(64)", "the model that found the pair; empty for variants"),
        "suggested_date": ("DATE", "the day on which it was suggested"),
        "state": ("VARCHAR(16)", "`open`, `confirmed`, `refused` or `withdrawn`"),
    },
    "comparable_products": {
        "company_a": ("VARCHAR(64)", "the company of the first SKU, such as `aldi`"),
        "sku_a": ("VARCHAR(128)", "that company's own number of the article"),
        "product_id_a": ("BIGINT", "the product that it belongs to"),
        "name_a": ("VARCHAR(512)", "its name on the page"),
        "size_a": ("VARCHAR(255)", "its size on the page"),
        "price_a": (
            "DECIMAL(9, 2)",
            "that company's lowest price of the product at the last post-processing, in dollars",
        ),
        "company_b": ("VARCHAR(64)", "the company of the second SKU"),
        "sku_b": ("VARCHAR(128)", "that company's own number of the article"),
        "product_id_b": ("BIGINT", "the product that it belongs to"),
        "name_b": ("VARCHAR(512)", "its name on the page"),
        "size_b": ("VARCHAR(255)", "its size on the page"),
        "price_b": ("DECIMAL(9, 2)", "that company's lowest price of the product, in dollars"),
        "score": ("DECIMAL(7, 6)", "how comparable they are: 0.7 to 1"),
        "reason": ("MEDIUMTEXT", "what they have in common, in words"),
    },
    "stores_to_scrape": {
        "company": ("VARCHAR(64)", "the store's company"),
        "store_id": ("VARCHAR(64)", "the company's own number of the store, always text"),
        "store_name": ("VARCHAR(255)", "the store's name"),
        "state": ("VARCHAR(64)", "the state that it is in"),
        "scraped_date": ("DATE", "day of its last accepted snapshot"),
        "reason": ("VARCHAR(13)", "why it is worth scraping, or that it is current"),
        "is_anchor": ("BOOLEAN", "whether it is the store that its group is compared with"),
        "stores_in_group": ("BIGINT", "how many stores its group has"),
        "suburb": ("VARCHAR(255)", "the suburb or town that it is in"),
        "postcode": ("VARCHAR(16)", "its postcode"),
        "latitude": ("DOUBLE", "degrees north of the equator"),
        "longitude": ("DOUBLE", "degrees east of Greenwich"),
        "claimed_until": ("DATETIME", "until when a scraper has it to itself (UTC)"),
        "refused_file": (
            "VARCHAR(255)",
            "its newest refused file, if none was accepted since and nobody acknowledged it",
        ),
        "refused_reason": ("VARCHAR(32)", "why that was refused: the name of a rule"),
        "refused_at": ("DATETIME", "when that was refused (UTC)"),
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
