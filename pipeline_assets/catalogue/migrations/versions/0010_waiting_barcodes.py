"""What is known of the barcodes of SKUs that no snapshot has named yet.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import MOMENT, text_of

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "waiting_barcodes",
        sa.Column("company", text_of(64), nullable=False),
        sa.Column("sku", text_of(128), nullable=False),
        sa.Column("barcode", text_of(13), nullable=True),
        sa.Column("barcode_at", MOMENT, nullable=True),
        sa.Column("no_barcode_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("company", "sku", name=op.f("pk_waiting_barcodes")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("waiting_barcodes")
