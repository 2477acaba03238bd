"""The catalogue.

Revision: 0001, after .
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "brands",
        sa.Column("brand_id", KEY, nullable=False),
        sa.Column("normalised_name", text_of(255), nullable=False),
        sa.Column("name", text_of(255), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", name=op.f("pk_brands")),
        sa.UniqueConstraint("normalised_name", name=op.f("uq_brands_normalised_name")),
    )
    op.create_table(
        "companies",
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", name=op.f("pk_companies")),
    )
    op.create_table(
        "file_attempts",
        sa.Column("attempt_id", KEY, nullable=False),
        sa.Column("inbox", text_of(32), nullable=False),
        sa.Column("name", text_of(255), nullable=False),
        sa.Column("fingerprint", text_of(96), nullable=False),
        sa.Column("digest", text_of(64), nullable=True),
        sa.Column("outcome", text_of(16), nullable=False),
        sa.Column("reason", text_of(32), nullable=True),
        sa.Column("message", LONG_TEXT, nullable=True),
        sa.Column("run_id", text_of(64), nullable=True),
        sa.Column("process", text_of(128), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_file_attempts")),
    )
    with op.batch_alter_table("file_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_attempts_digest"), ["digest"], unique=False)
        batch_op.create_index("ix_file_attempts_name", ["inbox", "name"], unique=False)
        batch_op.create_index("ix_file_attempts_outcome", ["outcome"], unique=False)

    op.create_table(
        "ingested_files",
        sa.Column("file_id", KEY, nullable=False),
        sa.Column("digest", text_of(64), nullable=False),
        sa.Column("source_path", text_of(512), nullable=False),
        sa.Column("archive_path", text_of(512), nullable=False),
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("store_id", text_of(64), nullable=False),
        sa.Column("scraped_at", MOMENT, nullable=False),
        sa.Column("scraped_date", sa.Date(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_accepted", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("rows_priced", sa.Integer(), nullable=False),
        sa.Column("skus_new", sa.Integer(), nullable=False),
        sa.Column("products_new", sa.Integer(), nullable=False),
        sa.Column("prices_new", sa.Integer(), nullable=False),
        sa.Column("prices_changed", sa.Integer(), nullable=False),
        sa.Column("prices_unchanged", sa.Integer(), nullable=False),
        sa.Column("prices_delisted", sa.Integer(), nullable=False),
        sa.Column("run_id", text_of(64), nullable=True),
        sa.Column("ingested_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_ingested_files")),
        sa.UniqueConstraint("digest", name=op.f("uq_ingested_files_digest")),
    )
    with op.batch_alter_table("ingested_files", schema=None) as batch_op:
        batch_op.create_index("ix_ingested_files_moved_at", ["moved_at"], unique=False)

    op.create_table(
        "product_merges",
        sa.Column("merge_id", KEY, nullable=False),
        sa.Column("kind", text_of(8), nullable=False),
        sa.Column("from_product_id", KEY, nullable=False),
        sa.Column("into_product_id", KEY, nullable=False),
        sa.Column("reason", text_of(64), nullable=False),
        sa.Column("evidence", LONG_TEXT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("merge_id", name=op.f("pk_product_merges")),
    )
    with op.batch_alter_table("product_merges", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_merges_from_product_id"), ["from_product_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_product_merges_into_product_id"), ["into_product_id"], unique=False
        )

    op.create_table(
        "product_redirects",
        sa.Column("retired_product_id", KEY, autoincrement=False, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("retired_product_id", name=op.f("pk_product_redirects")),
    )
    with op.batch_alter_table("product_redirects", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_redirects_product_id"), ["product_id"], unique=False
        )

    op.create_table(
        "products",
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("barcode", text_of(13), nullable=True),
        sa.Column("display_sku_id", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_products")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_products_barcode"), ["barcode"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_products_display_sku_id"), ["display_sku_id"], unique=False
        )

    op.create_table(
        "brand_aliases",
        sa.Column("alias", text_of(255), nullable=False),
        sa.Column("brand_id", KEY, nullable=False),
        sa.Column("spelling", text_of(255), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id"], ["brands.brand_id"], name=op.f("fk_brand_aliases_brand_id")
        ),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_brand_aliases")),
    )
    with op.batch_alter_table("brand_aliases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_brand_aliases_brand_id"), ["brand_id"], unique=False)

    op.create_table(
        "categories",
        sa.Column("category_id", KEY, nullable=False),
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("path", text_of(512), nullable=False),
        sa.Column("name", text_of(512), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["company"], ["companies.company"], name=op.f("fk_categories_company")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["categories.category_id"], name=op.f("fk_categories_parent_id")
        ),
        sa.PrimaryKeyConstraint("category_id", name=op.f("pk_categories")),
        sa.UniqueConstraint("company", "path", name=op.f("uq_categories_company_path")),
    )
    op.create_table(
        "stores",
        sa.Column("store_key", KEY, nullable=False),
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("store_id", text_of(64), nullable=False),
        sa.Column("store_name", text_of(255), nullable=True),
        sa.Column("state", text_of(64), nullable=True),
        sa.Column("last_scraped_at", MOMENT, nullable=True),
        sa.Column("last_scraped_date", sa.Date(), nullable=True),
        sa.Column("last_priced_rows", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["company"], ["companies.company"], name=op.f("fk_stores_company")),
        sa.PrimaryKeyConstraint("store_key", name=op.f("pk_stores")),
        sa.UniqueConstraint("company", "store_id", name=op.f("uq_stores_company_store_id")),
    )
    op.create_table(
        "skus",
        sa.Column("sku_id", KEY, nullable=False),
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("sku", text_of(128), nullable=False),
        sa.Column("product_id", KEY, nullable=True),
        sa.Column("name", text_of(512), nullable=False),
        sa.Column("brand_name", text_of(255), nullable=True),
        sa.Column("brand_alias", text_of(255), nullable=True),
        sa.Column("size", text_of(255), nullable=True),
        sa.Column("category_id", KEY, nullable=True),
        sa.Column("url", text_of(2048), nullable=True),
        sa.Column("image_url", text_of(2048), nullable=True),
        sa.Column("aldi_image_url", text_of(2048), nullable=True),
        sa.Column("match_key", text_of(512), nullable=True),
        sa.Column("facts_at", MOMENT, nullable=False),
        sa.Column("facts_store_id", text_of(64), nullable=False),
        sa.Column("older_sources", LONG_TEXT, nullable=True),
        sa.Column("barcode", text_of(13), nullable=True),
        sa.Column("barcode_at", MOMENT, nullable=True),
        sa.Column("no_barcode_at", MOMENT, nullable=True),
        sa.Column("identity_file_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_alias"], ["brand_aliases.alias"], name=op.f("fk_skus_brand_alias")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.category_id"], name=op.f("fk_skus_category_id")
        ),
        sa.ForeignKeyConstraint(["company"], ["companies.company"], name=op.f("fk_skus_company")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.product_id"], name=op.f("fk_skus_product_id")
        ),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_skus")),
        sa.UniqueConstraint("company", "sku", name=op.f("uq_skus_company_sku")),
    )
    with op.batch_alter_table("skus", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skus_barcode"), ["barcode"], unique=False)
        batch_op.create_index(batch_op.f("ix_skus_brand_alias"), ["brand_alias"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_skus_identity_file_id"), ["identity_file_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_skus_match_key"), ["match_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_skus_product_id"), ["product_id"], unique=False)

    op.create_table(
        "store_groups",
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("anchor_store_id", text_of(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["company", "anchor_store_id"],
            ["stores.company", "stores.store_id"],
            name="fk_store_groups_anchor",
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_store_groups")),
        sa.UniqueConstraint(
            "company", "anchor_store_id", name=op.f("uq_store_groups_company_anchor_store_id")
        ),
    )
    op.create_table(
        "price_history",
        sa.Column("store_key", KEY, nullable=False),
        sa.Column("sku_id", KEY, nullable=False),
        sa.Column("scraped_at", MOMENT, nullable=False),
        sa.Column("scraped_date", sa.Date(), nullable=False),
        sa.Column("change", text_of(12), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.sku_id"], name=op.f("fk_price_history_sku_id")),
        sa.ForeignKeyConstraint(
            ["store_key"], ["stores.store_key"], name=op.f("fk_price_history_store_key")
        ),
        sa.PrimaryKeyConstraint("store_key", "sku_id", "scraped_at", name=op.f("pk_price_history")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("price_history", schema=None) as batch_op:
        batch_op.create_index("ix_price_history_sku_id", ["sku_id"], unique=False)

    op.create_table(
        "prices",
        sa.Column("store_key", KEY, nullable=False),
        sa.Column("sku_id", KEY, nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("previous_price_cents", sa.Integer(), nullable=True),
        sa.Column("was_price_cents", sa.Integer(), nullable=True),
        sa.Column("saving_cents", sa.Integer(), nullable=True),
        sa.Column("is_on_special", sa.Boolean(), nullable=False),
        sa.Column("unit_price_e4", sa.BigInteger(), nullable=True),
        sa.Column("unit_of_measure", text_of(4), nullable=True),
        sa.Column("is_available", sa.Boolean(), nullable=True),
        sa.Column("price_since_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.sku_id"], name=op.f("fk_prices_sku_id")),
        sa.ForeignKeyConstraint(
            ["store_key"], ["stores.store_key"], name=op.f("fk_prices_store_key")
        ),
        sa.PrimaryKeyConstraint("store_key", "sku_id", name=op.f("pk_prices")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("prices", schema=None) as batch_op:
        batch_op.create_index("ix_prices_sku_id", ["sku_id"], unique=False)

    op.create_table(
        "product_decisions",
        sa.Column("decision_id", KEY, nullable=False),
        sa.Column("kind", text_of(8), nullable=False),
        sa.Column("sku_id_a", KEY, nullable=False),
        sa.Column("sku_id_b", KEY, nullable=False),
        sa.Column("note", text_of(512), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["sku_id_a"], ["skus.sku_id"], name=op.f("fk_product_decisions_sku_id_a")
        ),
        sa.ForeignKeyConstraint(
            ["sku_id_b"], ["skus.sku_id"], name=op.f("fk_product_decisions_sku_id_b")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_product_decisions")),
        sa.UniqueConstraint(
            "sku_id_a", "sku_id_b", name=op.f("uq_product_decisions_sku_id_a_sku_id_b")
        ),
    )
    with op.batch_alter_table("product_decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_decisions_sku_id_b"), ["sku_id_b"], unique=False
        )

    op.create_table(
        "store_group_members",
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("store_id", text_of(64), nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["company", "store_id"], ["stores.company", "stores.store_id"], name="fk_members_store"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["store_groups.group_id"], name=op.f("fk_store_group_members_group_id")
        ),
        sa.PrimaryKeyConstraint("company", "store_id", name=op.f("pk_store_group_members")),
    )
    with op.batch_alter_table("store_group_members", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_store_group_members_group_id"), ["group_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("store_group_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_store_group_members_group_id"))

    op.drop_table("store_group_members")
    with op.batch_alter_table("product_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_decisions_sku_id_b"))

    op.drop_table("product_decisions")
    with op.batch_alter_table("prices", schema=None) as batch_op:
        batch_op.drop_index("ix_prices_sku_id")

    op.drop_table("prices")
    with op.batch_alter_table("price_history", schema=None) as batch_op:
        batch_op.drop_index("ix_price_history_sku_id")

    op.drop_table("price_history")
    op.drop_table("store_groups")
    with op.batch_alter_table("skus", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_skus_product_id"))
        batch_op.drop_index(batch_op.f("ix_skus_match_key"))
        batch_op.drop_index(batch_op.f("ix_skus_identity_file_id"))
        batch_op.drop_index(batch_op.f("ix_skus_brand_alias"))
        batch_op.drop_index(batch_op.f("ix_skus_barcode"))

    op.drop_table("skus")
    op.drop_table("stores")
    op.drop_table("categories")
    with op.batch_alter_table("brand_aliases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brand_aliases_brand_id"))

    op.drop_table("brand_aliases")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_products_display_sku_id"))
        batch_op.drop_index(batch_op.f("ix_products_barcode"))

    op.drop_table("products")
    with op.batch_alter_table("product_redirects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_redirects_product_id"))

    op.drop_table("product_redirects")
    with op.batch_alter_table("product_merges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_merges_into_product_id"))
        batch_op.drop_index(batch_op.f("ix_product_merges_from_product_id"))

    op.drop_table("product_merges")
    with op.batch_alter_table("ingested_files", schema=None) as batch_op:
        batch_op.drop_index("ix_ingested_files_moved_at")

    op.drop_table("ingested_files")
    with op.batch_alter_table("file_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_file_attempts_outcome")
        batch_op.drop_index("ix_file_attempts_name")
        batch_op.drop_index(batch_op.f("ix_file_attempts_digest"))

    op.drop_table("file_attempts")
    op.drop_table("companies")
    op.drop_table("brands")
