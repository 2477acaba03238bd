"""The name on the shelf, and products looked at anew: rule 3 now knows variants by their pages.

Revision: 0012, after 0010.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import text_of

revision = "0012"
down_revision = "0010"

# The steps whose rules have changed look at all SKUs once more.
_STEPS = ("product_translations", "reconciled_products")


def upgrade() -> None:
    op.add_column("skus", sa.Column("description", text_of(255)))
    steps = sa.table("post_processing_steps", sa.column("step"), sa.column("file_id"))
    op.execute(steps.update().where(steps.c.step.in_(_STEPS)).values(file_id=0))


def downgrade() -> None:
    op.drop_column("skus", "description")
