"""The files with price history that was moved out of the database.

Revision: 0018, after 0016.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import KEY, MOMENT, text_of

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "price_history_files",
        sa.Column("name", text_of(128), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("digest", text_of(64), nullable=False),
        sa.Column("seen_file_id", KEY, autoincrement=False, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_price_history_files")),
    )


def downgrade() -> None:
    op.drop_table("price_history_files")
