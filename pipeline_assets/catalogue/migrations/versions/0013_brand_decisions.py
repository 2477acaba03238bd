"""Operators' decisions on brand names, and brands looked at anew: their goods decide now, too.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import KEY, MOMENT, text_of

revision = "0013"
down_revision = "0012"

# The steps whose rules have changed look at all SKUs once more.
_STEPS = ("brand_translations", "reconciled_brands")


def upgrade() -> None:
    op.create_table(
        "brand_decisions",
        sa.Column("decision_id", KEY, nullable=False),
        sa.Column("kind", text_of(8), nullable=False),
        sa.Column("alias_a", text_of(255), nullable=False),
        sa.Column("alias_b", text_of(255), nullable=False),
        sa.Column("note", text_of(512)),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_brand_decisions")),
        sa.UniqueConstraint("alias_a", "alias_b", name=op.f("uq_brand_decisions_alias_a_alias_b")),
    )
    steps = sa.table("post_processing_steps", sa.column("step"), sa.column("file_id"))
    op.execute(steps.update().where(steps.c.step.in_(_STEPS)).values(file_id=0))


def downgrade() -> None:
    op.drop_table("brand_decisions")
