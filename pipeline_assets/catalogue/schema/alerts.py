"""Alerts: what people were told is wrong, and through which channels."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", KEY, primary_key=True),
    # The check, or the kind of failure of a job's runs.
    Column("subject", text_of(255), nullable=False),
    # The same until the alert ends, then null: no subject has two open alerts.
    Column("open_subject", text_of(255), unique=True),
    # What is wrong with the subject, as of `seen_at`.
    Column("cause", LONG_TEXT, nullable=False),
    Column("title", text_of(255), nullable=False),
    Column("message", LONG_TEXT, nullable=False),
    Column("link", text_of(2048)),
    Column("times_seen", Integer, nullable=False),
    Column("raised_at", MOMENT, nullable=False),
    Column("seen_at", MOMENT, nullable=False),
    # When it was found to have passed, or to have changed and been raised anew.
    Column("ended_at", MOMENT),
)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("alert_id", KEY, ForeignKey("alerts.alert_id"), primary_key=True, autoincrement=False),
    Column("channel", text_of(64), primary_key=True),
    # How often sending it has failed.
    Column("tries", Integer, nullable=False),
    Column("next_try_at", MOMENT, nullable=False),
    Column("sent_at", MOMENT),
    Column("last_error", LONG_TEXT),
    Index("ix_alert_deliveries_sent_at", "sent_at"),
)
