"""Prices by product and company, words to search for, and indexes for those who ask.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import KEY, MOMENT, text_of

revision = "0009"
down_revision = "0008"

_INDEXES = {
    "ix_price_history_scraped_date": ("price_history", ["scraped_date", "store_key"]),
    "ix_skus_category_id": ("skus", ["category_id"]),
    "ix_categories_path": ("categories", ["path"]),
}


def upgrade() -> None:
    _create_company_products()
    _create_product_price_stores()
    _create_sku_words()
    op.add_column("post_processing_steps", sa.Column("merge_id", KEY, nullable=True))
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def _create_company_products() -> None:
    op.create_table(
        "company_products",
        sa.Column("product_id", KEY, autoincrement=False, nullable=False),
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("lowest_cents", sa.Integer(), nullable=False),
        sa.Column("median_cents", sa.Integer(), nullable=False),
        sa.Column("highest_cents", sa.Integer(), nullable=False),
        sa.Column("stores", sa.Integer(), nullable=False),
        sa.Column("stores_current", sa.Integer(), nullable=False),
        sa.Column("cheapest_sku_id", KEY, nullable=False),
        sa.Column("unit_price_e4", sa.BigInteger(), nullable=True),
        sa.Column("unit_of_measure", text_of(8), nullable=True),
        sa.Column("low_90_cents", sa.Integer(), nullable=False),
        sa.Column("low_90_date", sa.Date(), nullable=False),
        sa.Column("low_90_store_key", KEY, nullable=False),
        sa.Column("low_ever_cents", sa.Integer(), nullable=False),
        sa.Column("low_ever_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cheapest_sku_id"], ["skus.sku_id"], name=op.f("fk_company_products_cheapest_sku_id")
        ),
        sa.ForeignKeyConstraint(
            ["company"], ["companies.company"], name=op.f("fk_company_products_company")
        ),
        sa.PrimaryKeyConstraint("product_id", "company", name=op.f("pk_company_products")),
        sqlite_with_rowid=False,
    )
    for column in ("cheapest_sku_id", "low_90_store_key"):
        op.create_index(f"ix_company_products_{column}", "company_products", [column])


def _create_product_price_stores() -> None:
    op.create_table(
        "product_price_stores",
        sa.Column("store_key", KEY, autoincrement=False, nullable=False),
        sa.Column("scraped_at", MOMENT, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("low_from_at", MOMENT, nullable=False),
        sa.Column("low_from_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_key"], ["stores.store_key"], name=op.f("fk_product_price_stores_store_key")
        ),
        sa.PrimaryKeyConstraint("store_key", name=op.f("pk_product_price_stores")),
    )


def _create_sku_words() -> None:
    op.create_table(
        "sku_words",
        sa.Column("word", text_of(64), nullable=False),
        sa.Column("sku_id", KEY, autoincrement=False, nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.sku_id"], name=op.f("fk_sku_words_sku_id")),
        sa.PrimaryKeyConstraint("word", "sku_id", name=op.f("pk_sku_words")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sku_words_sku_id", "sku_words", ["sku_id"])


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("post_processing_steps", "merge_id")
    for table in ("sku_words", "product_price_stores", "company_products"):
        op.drop_table(table)
