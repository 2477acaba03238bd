"""What was found in the headers of the objects that wait in an inbox.

Revision: 0016, after 0014.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import MOMENT, text_of

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "inbox_headers",
        sa.Column("inbox", text_of(32), nullable=False),
        sa.Column("name", text_of(255), nullable=False),
        sa.Column("fingerprint", text_of(96), nullable=False),
        sa.Column("company", text_of(64), nullable=True),
        sa.Column("store_id", text_of(64), nullable=True),
        sa.Column("scraped_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("inbox", "name", name=op.f("pk_inbox_headers")),
    )


def downgrade() -> None:
    op.drop_table("inbox_headers")
