"""Locks as rows, and attempts found by their run.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import text_of

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    table = op.create_table(
        "locks",
        sa.Column("name", text_of(32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_locks")),
    )
    op.bulk_insert(table, [{"name": "catalogue"}, {"name": "attempts"}])
    with op.batch_alter_table("file_attempts") as batch_op:
        batch_op.create_index("ix_file_attempts_run_id", ["run_id"])


def downgrade() -> None:
    with op.batch_alter_table("file_attempts") as batch_op:
        batch_op.drop_index("ix_file_attempts_run_id")
    op.drop_table("locks")
