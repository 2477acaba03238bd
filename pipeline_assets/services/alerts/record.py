"""Alerts in the catalogue: what is wrong is recorded, and then sent from there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline_assets import stopping
from pipeline_assets.alerts.channels import Channel, ChannelError
from pipeline_assets.catalogue import alerts
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.domain.alerts.messages import AlertDelivery, AlertMessage, alert_message
from pipeline_assets.domain.alerts.plan import OpenAlert, plan_alerts, quiet_subjects
from pipeline_assets.domain.alerts.troubles import RUNS, Trouble, job_of
from pipeline_assets.services.alerts.sending import Sent, send_due
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class CatalogueBook:
    """The catalogue's record of deliveries."""

    pipeline: Pipeline

    def due(self, now: datetime) -> Sequence[AlertDelivery]:
        """What is to be sent now; what has failed most often comes last."""
        with reading(self.pipeline.engine) as connection:
            found = alerts.due(connection, now)
        return sorted(found, key=lambda one: (one.tries, one.alert_id))

    def claim(self, delivery: AlertDelivery, now: datetime, until: datetime) -> bool:
        """Keep other processes from sending the same until then."""
        with writing(self.pipeline.engine) as connection:
            return alerts.claim(connection, delivery, now, until)

    def mark_sent(self, delivery: AlertDelivery, now: datetime) -> None:
        """Record that the channel has it."""
        with stopping.finishing(), writing(self.pipeline.engine) as connection:
            alerts.mark_sent(connection, delivery, now)

    def mark_failed(
        self, delivery: AlertDelivery, error: ChannelError, next_try_at: datetime
    ) -> None:
        """Record the next try; if the channel is down, all that it still has to get waits."""
        with stopping.finishing(), writing(self.pipeline.engine) as connection:
            alerts.mark_failed(connection, delivery, str(error), next_try_at)
            if error.is_down:
                alerts.put_off(connection, delivery.channel, next_try_at)


def read_open_alerts(pipeline: Pipeline) -> list[OpenAlert]:
    """The alerts whose trouble has not passed."""
    with reading(pipeline.engine) as connection:
        return alerts.open_alerts(connection)


def record_troubles(
    pipeline: Pipeline,
    troubles: Iterable[Trouble],
    passed: Iterable[str],
    channels: Sequence[Channel],
) -> int:
    """Record what is wrong and what has passed; returns how many alerts that raises."""
    with reading(pipeline.engine) as connection:
        plan = plan_alerts(troubles, set(passed), alerts.open_alerts(connection))
    if plan.is_empty:
        return 0
    messages = {one.subject: message_of(one, pipeline.settings) for one in plan.raised}
    names = [channel.name for channel in channels]
    with stopping.finishing(), writing(pipeline.engine) as connection:
        alerts.apply_alert_plan(connection, plan, messages, names, pipeline.clock())
    return len(plan.raised)


def send_recorded(pipeline: Pipeline, channels: Sequence[Channel]) -> Sent:
    """Send what the record says is due.

    An alert whose channels are all set no longer, before any of them got it, goes to today's.
    """
    names = [channel.name for channel in channels]
    with reading(pipeline.engine) as connection:
        astray = alerts.without_channel(connection, names)
    if astray:
        with writing(pipeline.engine) as connection:
            for alert_id in astray:
                alerts.address(connection, alert_id, names, pipeline.clock())
    timeout_s = pipeline.settings.alert_timeout_s
    return send_due(CatalogueBook(pipeline), channels, pipeline.clock, timeout_s)


def quiet_failures(
    pipeline: Pipeline, opened: Iterable[OpenAlert], last_success_at: Mapping[str, datetime | None]
) -> set[str]:
    """The kinds of failure that have passed, by their subjects."""
    quiet = timedelta(seconds=pipeline.settings.alert_quiet_s)
    return quiet_subjects(opened, last_success_at, pipeline.clock(), quiet)


def jobs_with_alerts(opened: Iterable[OpenAlert]) -> set[str]:
    """The jobs of whose runs some are known to have failed."""
    return {job_of(one.subject) for one in opened if one.subject.startswith(f"{RUNS}/")}


def message_of(trouble: Trouble, settings: Settings) -> AlertMessage:
    """What people are told about a trouble, with a link where the UI's URL is set."""
    link = f"{settings.ui_url}/{trouble.place}" if settings.ui_url else None
    return alert_message(trouble.title, trouble.text, link)
