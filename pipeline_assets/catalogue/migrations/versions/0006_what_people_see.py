"""Running totals, settings that the views use, and what the record says about refused files.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import MOMENT, text_of

revision = "0006"
down_revision = "0005"

_COUNTED = ("prices", "price_history", "skus")
_OF_ATTEMPTS = ("company", "store_id", "rows_read", "rows_rejected", "acknowledged_at")


def upgrade() -> None:
    settings = op.create_table(
        "catalogue_settings",
        sa.Column("name", text_of(32), nullable=False),
        sa.Column("value", text_of(255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_catalogue_settings")),
    )
    op.bulk_insert(settings, [{"name": "current_days", "value": "7"}])
    totals = op.create_table(
        "catalogue_totals",
        sa.Column("name", text_of(32), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_catalogue_totals")),
    )
    op.bulk_insert(totals, [{"name": name, "total": _rows_of(name)} for name in _COUNTED])
    op.add_column("file_attempts", sa.Column("company", text_of(64)))
    op.add_column("file_attempts", sa.Column("store_id", text_of(64)))
    op.add_column("file_attempts", sa.Column("rows_read", sa.Integer()))
    op.add_column("file_attempts", sa.Column("rows_rejected", sa.Integer()))
    op.add_column("file_attempts", sa.Column("acknowledged_at", MOMENT))
    op.create_index("ix_file_attempts_ended_at", "file_attempts", ["ended_at"])


def downgrade() -> None:
    op.drop_index("ix_file_attempts_ended_at", "file_attempts")
    for name in reversed(_OF_ATTEMPTS):
        op.drop_column("file_attempts", name)
    op.drop_table("catalogue_totals")
    op.drop_table("catalogue_settings")


def _rows_of(name: str) -> int:
    table = sa.table(name)
    counted = sa.select(sa.func.count()).select_from(table)
    return int(op.get_bind().execute(counted).scalar_one())
