"""Finds the files of a store: whether one was accepted since another was refused.

Revision: 0019, after 0018.
"""

from alembic import op

revision = "0019"
down_revision = "0018"

_NAME = "ix_ingested_files_store"


def upgrade() -> None:
    op.create_index(_NAME, "ingested_files", ["company", "store_id", "ingested_at"])


def downgrade() -> None:
    op.drop_index(_NAME, "ingested_files")
