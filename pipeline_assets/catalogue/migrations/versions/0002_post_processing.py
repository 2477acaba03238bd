"""Post-processing.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "brand_translations",
        sa.Column("alias", text_of(255), nullable=False),
        sa.Column("canonical", text_of(255), nullable=False),
        sa.Column("canonical_spelling", text_of(255), nullable=False),
        sa.Column("rule", text_of(64), nullable=False),
        sa.Column("evidence", LONG_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_brand_translations")),
    )
    op.create_table(
        "post_processing_steps",
        sa.Column("step", text_of(64), nullable=False),
        sa.Column("file_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_post_processing_steps")),
    )
    op.create_table(
        "product_translations",
        sa.Column("match_key", text_of(512), nullable=False),
        sa.Column("canonical_key", text_of(512), nullable=False),
        sa.PrimaryKeyConstraint("match_key", name=op.f("pk_product_translations")),
    )
    op.create_table(
        "store_comparisons",
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("store_id", text_of(64), nullable=False),
        sa.Column("rules", text_of(255), nullable=False),
        sa.Column("scraped_at", MOMENT, nullable=False),
        sa.Column("anchor_store_id", text_of(64), nullable=False),
        sa.Column("anchor_scraped_at", MOMENT, nullable=False),
        sa.Column("equal_prices", sa.Integer(), nullable=False),
        sa.Column("common_skus", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "store_id", name=op.f("pk_store_comparisons")),
    )
    with op.batch_alter_table("store_groups", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_flagged", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("store_groups", schema=None) as batch_op:
        batch_op.drop_column("is_flagged")

    op.drop_table("store_comparisons")
    op.drop_table("product_translations")
    op.drop_table("post_processing_steps")
    op.drop_table("brand_translations")
