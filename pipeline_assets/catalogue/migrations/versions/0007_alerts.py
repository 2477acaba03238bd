"""Alerts, and which channels have them.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", KEY, nullable=False),
        sa.Column("subject", text_of(255), nullable=False),
        sa.Column("open_subject", text_of(255), nullable=True),
        sa.Column("cause", LONG_TEXT, nullable=False),
        sa.Column("title", text_of(255), nullable=False),
        sa.Column("message", LONG_TEXT, nullable=False),
        sa.Column("link", text_of(2048), nullable=True),
        sa.Column("times_seen", sa.Integer(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("open_subject", name=op.f("uq_alerts_open_subject")),
    )
    op.create_table(
        "alert_deliveries",
        sa.Column("alert_id", KEY, autoincrement=False, nullable=False),
        sa.Column("channel", text_of(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("last_error", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.alert_id"], name=op.f("fk_alert_deliveries_alert_id")
        ),
        sa.PrimaryKeyConstraint("alert_id", "channel", name=op.f("pk_alert_deliveries")),
    )
    op.create_index("ix_alert_deliveries_sent_at", "alert_deliveries", ["sent_at"])


def downgrade() -> None:
    op.drop_table("alert_deliveries")
    op.drop_table("alerts")
