"""What post-processing prepares for those who ask: prices by product, and words to search for.

Every row follows from other tables, so all of them can be emptied and made again.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import COMPANY, metadata
from pipeline_assets.catalogue.schema.types import KEY, MOMENT, text_of

company_products = Table(
    "company_products",
    metadata,
    # No reference: a product may be retired before the next post-processing removes its rows.
    Column(
        "product_id",
        KEY,
        primary_key=True,
        autoincrement=False,
        doc="the product; a retired one until post-processing has run",
    ),
    Column(
        "company",
        COMPANY,
        ForeignKey("companies.company"),
        primary_key=True,
        doc="a company that sells it",
    ),
    Column("lowest_cents", Integer, nullable=False, doc="lowest price today, in cents"),
    Column(
        "median_cents",
        Integer,
        nullable=False,
        doc="the middle one of today's prices, in cents; of two, the lower",
    ),
    Column("highest_cents", Integer, nullable=False, doc="highest price today, in cents"),
    Column("stores", Integer, nullable=False, doc="how many stores sell it"),
    Column(
        "stores_current",
        Integer,
        nullable=False,
        doc="how many of them were current when post-processing last ran",
    ),
    Column(
        "cheapest_sku_id",
        KEY,
        ForeignKey("skus.sku_id"),
        nullable=False,
        index=True,
        doc="the SKU with the lowest price, then unit price, then SKU",
    ),
    Column(
        "unit_price_e4",
        BigInteger,
        doc="that SKU's price per unit of measure, in ten-thousandths of a dollar",
    ),
    Column("unit_of_measure", text_of(8), doc="`kg`, `l`, `m`, `sheet`, `wash` or `ea`"),
    Column(
        "low_90_cents",
        Integer,
        nullable=False,
        doc="lowest price in force in the 90 days before a store's last snapshot, in cents",
    ),
    Column(
        "low_90_date", Date, nullable=False, doc="the first day of those on which it was in force"
    ),
    Column("low_90_store_key", KEY, nullable=False, doc="a store that had that price on that day"),
    Column("low_ever_cents", Integer, nullable=False, doc="lowest price ever, in cents"),
    Column("low_ever_date", Date, nullable=False, doc="the first day on which it was in force"),
    Index("ix_company_products_low_90_store_key", "low_90_store_key"),
    sqlite_with_rowid=False,
)

product_price_stores = Table(
    "product_price_stores",
    metadata,
    Column(
        "store_key",
        KEY,
        ForeignKey("stores.store_key"),
        primary_key=True,
        autoincrement=False,
        doc="a store whose prices are in `company_products`",
    ),
    Column("scraped_at", MOMENT, nullable=False, doc="its snapshot that was counted (UTC)"),
    Column("is_current", Boolean, nullable=False, doc="whether it was counted as current"),
    Column(
        "low_from_at",
        MOMENT,
        nullable=False,
        doc="when the 90 days before that snapshot began (UTC)",
    ),
    Column("low_from_date", Date, nullable=False, doc="the first of these days"),
)

sku_words = Table(
    "sku_words",
    metadata,
    Column(
        "word", text_of(64), primary_key=True, doc="a word of name, brand or sizes, in normal form"
    ),
    Column(
        "sku_id",
        KEY,
        ForeignKey("skus.sku_id"),
        primary_key=True,
        autoincrement=False,
        index=True,
        doc="a SKU that has the word",
    ),
    Column("words", Integer, nullable=False, doc="how many words that SKU has"),
    sqlite_with_rowid=False,
)
