"""Alerts: what people were told is wrong, and through which channels."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", KEY, primary_key=True, doc="the number of the alert"),
    Column(
        "subject",
        text_of(255),
        nullable=False,
        doc="what is wrong: a check, or a kind of failure of a job's runs",
    ),
    # Unique, so that no subject has two open alerts.
    Column(
        "open_subject", text_of(255), unique=True, doc="the subject until the alert ends, then null"
    ),
    Column(
        "cause", LONG_TEXT, nullable=False, doc="what is wrong with the subject, as of `seen_at`"
    ),
    Column("title", text_of(255), nullable=False, doc="the message's first line"),
    Column("message", LONG_TEXT, nullable=False, doc="what people are told"),
    Column("link", text_of(2048), doc="the page in Dagster's UI that shows it"),
    Column("times_seen", Integer, nullable=False, doc="how often it has happened since"),
    Column("raised_at", MOMENT, nullable=False, doc="when it was first seen (UTC)"),
    Column("seen_at", MOMENT, nullable=False, doc="when it was last seen (UTC)"),
    Column("ended_at", MOMENT, doc="when it had passed, or had changed and was raised anew (UTC)"),
)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column(
        "alert_id",
        KEY,
        ForeignKey("alerts.alert_id"),
        primary_key=True,
        autoincrement=False,
        doc="the alert",
    ),
    Column("channel", text_of(64), primary_key=True, doc="where it is sent"),
    Column("tries", Integer, nullable=False, doc="how often sending it has failed"),
    Column("next_try_at", MOMENT, nullable=False, doc="not before then is it sent again (UTC)"),
    Column("sent_at", MOMENT, doc="when it was sent (UTC); null until then"),
    Column("last_error", LONG_TEXT, doc="why the last try failed"),
    Index("ix_alert_deliveries_sent_at", "sent_at"),
)
