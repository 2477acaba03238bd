"""The record of alerts: which are open, and what each channel still has to get.

An alert and its deliveries are written in one transaction before anything is sent. A delivery is
claimed, sent and then marked; a process that dies in between leaves it to be sent once more.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, select, update

from pipeline_assets.catalogue.database.statements import insert_row
from pipeline_assets.catalogue.schema import alert_deliveries, alerts
from pipeline_assets.domain.alerts.messages import AlertDelivery, AlertMessage
from pipeline_assets.domain.alerts.plan import AlertPlan, OpenAlert
from pipeline_assets.domain.alerts.troubles import Trouble


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as people read it: how often it was seen, and which channels have it. UTC.

    One that is for no channel at all is told by another alert.
    """

    subject: str
    title: str
    message: str
    link: str | None
    times_seen: int
    raised_at: datetime
    seen_at: datetime
    sent_to: Sequence[str]
    waiting_for: Sequence[str]


def open_alerts(connection: Connection) -> list[OpenAlert]:
    """The alerts that have not ended, oldest first."""
    columns = alerts.c
    wanted = select(columns.alert_id, columns.subject, columns.cause, columns.seen_at)
    found = connection.execute(
        wanted.where(columns.open_subject.is_not(None)).order_by(columns.alert_id)
    )
    return [OpenAlert(*row) for row in found]


def apply_alert_plan(
    connection: Connection,
    plan: AlertPlan,
    messages: Mapping[str, AlertMessage],
    channels: Collection[str],
    now: datetime,
) -> None:
    """Write a plan; each alert that is raised is due at once in each channel.

    `messages` are by subject.
    """
    for alert_id in sorted(plan.ended):
        connection.execute(
            update(alerts)
            .where(alerts.c.alert_id == alert_id)
            .values(open_subject=None, ended_at=now)
        )
    for alert_id, trouble in sorted(plan.seen.items()):
        _see_again(connection, alert_id, trouble, now)
    for trouble in plan.raised:
        alert_id = _raise(connection, trouble, messages[trouble.subject], now)
        address(connection, alert_id, channels, now)


def _see_again(connection: Connection, alert_id: int, trouble: Trouble, now: datetime) -> None:
    connection.execute(
        update(alerts)
        .where(alerts.c.alert_id == alert_id)
        .values(cause=trouble.cause, seen_at=now, times_seen=alerts.c.times_seen + trouble.times)
    )


def _raise(connection: Connection, trouble: Trouble, message: AlertMessage, now: datetime) -> int:
    row = {
        "subject": trouble.subject,
        "open_subject": trouble.subject,
        "cause": trouble.cause,
        "title": message.title,
        "message": message.text,
        "link": message.link,
        "times_seen": max(1, trouble.times),
        "raised_at": now,
        "seen_at": now,
    }
    return insert_row(connection, alerts, row)


def address(
    connection: Connection, alert_id: int, channels: Collection[str], now: datetime
) -> None:
    """Have an alert sent to these channels, as soon as it can be."""
    rows = [
        {"alert_id": alert_id, "channel": channel, "tries": 0, "next_try_at": now}
        for channel in sorted(channels)
    ]
    if rows:
        connection.execute(insert(alert_deliveries), rows)


def unsent(connection: Connection, *conditions: ColumnElement[bool]) -> list[AlertDelivery]:
    """What channels still have to get, the oldest alert first."""
    wanted = _DELIVERY.where(alert_deliveries.c.sent_at.is_(None), *conditions)
    found = connection.execute(wanted.order_by(alerts.c.alert_id, alert_deliveries.c.channel))
    return [_delivery(row) for row in found]


def due(connection: Connection, now: datetime) -> list[AlertDelivery]:
    """What is to be sent now."""
    return unsent(connection, alert_deliveries.c.next_try_at <= now)


def claim(connection: Connection, delivery: AlertDelivery, now: datetime, until: datetime) -> bool:
    """Keep others from sending the same until then; False if one of them has it already."""
    columns = alert_deliveries.c
    claimed = connection.execute(
        update(alert_deliveries)
        .where(_is(delivery), columns.sent_at.is_(None), columns.next_try_at <= now)
        .values(next_try_at=until)
    )
    return claimed.rowcount == 1


def mark_sent(connection: Connection, delivery: AlertDelivery, now: datetime) -> None:
    """Record that a channel has it."""
    connection.execute(update(alert_deliveries).where(_is(delivery)).values(sent_at=now))


def mark_failed(
    connection: Connection, delivery: AlertDelivery, error: str, next_try_at: datetime
) -> None:
    """Record that a channel did not take it, and when it is sent again."""
    connection.execute(
        update(alert_deliveries)
        .where(_is(delivery))
        .values(tries=alert_deliveries.c.tries + 1, last_error=error, next_try_at=next_try_at)
    )


def put_off(connection: Connection, channel: str, next_try_at: datetime) -> None:
    """Let all that a channel still has to get wait: it is down."""
    columns = alert_deliveries.c
    connection.execute(
        update(alert_deliveries)
        .where(
            columns.channel == channel,
            columns.sent_at.is_(None),
            columns.next_try_at < next_try_at,
        )
        .values(next_try_at=next_try_at)
    )


def without_channel(connection: Connection, channels: Collection[str]) -> list[int]:
    """Alerts that no channel has got and none of these will: their channels are set no longer."""
    columns = alert_deliveries.c
    pending = select(columns.alert_id).where(columns.sent_at.is_(None))
    wanted = select(columns.alert_id, columns.channel, columns.sent_at)
    served: dict[int, bool] = {}
    for alert_id, channel, sent_at in connection.execute(
        wanted.where(columns.alert_id.in_(pending))
    ):
        reaches = sent_at is not None or channel in channels
        served[alert_id] = served.get(alert_id, False) or reaches
    return sorted(alert_id for alert_id, is_served in served.items() if not is_served)


def open_alert_rows(connection: Connection) -> list[AlertRow]:
    """The open alerts as people read them, oldest first."""
    columns = alerts.c
    is_open = columns.open_subject.is_not(None)
    of_open = select(alerts.c.alert_id).where(is_open)
    deliveries = select(alert_deliveries).where(alert_deliveries.c.alert_id.in_(of_open))
    channels: dict[tuple[int, bool], list[str]] = defaultdict(list)
    for row in connection.execute(deliveries.order_by(alert_deliveries.c.channel)):
        channels[row.alert_id, row.sent_at is not None].append(row.channel)
    found = connection.execute(select(alerts).where(is_open).order_by(columns.alert_id))
    return [
        AlertRow(
            subject=row.subject,
            title=row.title,
            message=row.message,
            link=row.link,
            times_seen=row.times_seen,
            raised_at=row.raised_at,
            seen_at=row.seen_at,
            sent_to=channels[row.alert_id, True],
            waiting_for=channels[row.alert_id, False],
        )
        for row in found
    ]


_DELIVERY: Select[*tuple[Any, ...]] = select(
    alerts.c.alert_id,
    alerts.c.title,
    alerts.c.message,
    alerts.c.link,
    alerts.c.raised_at,
    alerts.c.ended_at,
    alert_deliveries.c.channel,
    alert_deliveries.c.tries,
    alert_deliveries.c.last_error,
).join(alert_deliveries, alert_deliveries.c.alert_id == alerts.c.alert_id)


def _delivery(row: Row[*tuple[Any, ...]]) -> AlertDelivery:
    return AlertDelivery(
        row.alert_id,
        row.channel,
        AlertMessage(row.title, row.message, row.link),
        row.raised_at,
        row.ended_at,
        row.tries,
        row.last_error,
    )


def _is(delivery: AlertDelivery) -> ColumnElement[bool]:
    columns = alert_deliveries.c
    return and_(columns.alert_id == delivery.alert_id, columns.channel == delivery.channel)
