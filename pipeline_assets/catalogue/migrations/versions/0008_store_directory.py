"""Where stores are, and which of them a scraper has been given.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import MOMENT, text_of

revision = "0008"
down_revision = "0007"

_COLUMNS = ("suburb", "postcode", "latitude", "longitude", "claimed_until")


def upgrade() -> None:
    op.add_column("stores", sa.Column("suburb", text_of(255)))
    op.add_column("stores", sa.Column("postcode", text_of(16)))
    op.add_column("stores", sa.Column("latitude", sa.Double()))
    op.add_column("stores", sa.Column("longitude", sa.Double()))
    op.add_column("stores", sa.Column("claimed_until", MOMENT))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("stores", name)
