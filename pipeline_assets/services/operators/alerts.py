"""What operators see of alerts: those that are open or unsent, and whether channels work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline_assets.alerts.channels import Channel, ChannelError
from pipeline_assets.alerts.time_limit import within
from pipeline_assets.catalogue import alerts
from pipeline_assets.catalogue.alerts import AlertRow
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.domain.alerts.messages import AlertMessage, alert_message
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class UnsentAlert:
    """What a channel has not got yet. `is_set`: the channel is one of those that are set. UTC."""

    title: str
    channel: str
    is_set: bool
    tries: int
    last_error: str | None
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class AlertsNow:
    """Open alerts, and what has not been sent yet, oldest first."""

    opened: Sequence[AlertRow]
    unsent: Sequence[UnsentAlert]


@dataclass(frozen=True, slots=True)
class Tested:
    """Whether a channel took the test message; `error` says why not."""

    channel: str
    leads_to: str
    error: str | None


def alerts_now(pipeline: Pipeline, channels: Sequence[Channel]) -> AlertsNow:
    """Read the record of alerts; nothing is changed or sent.

    What a channel that is set no longer has not got is left out if another one has it.
    """
    names = {channel.name for channel in channels}
    with reading(pipeline.engine) as connection:
        opened, waiting = alerts.open_alert_rows(connection), alerts.unsent(connection)
        astray = alerts.without_channel(connection, names)
    unsent = [
        UnsentAlert(
            title=one.message.title,
            channel=one.channel,
            is_set=one.channel in names,
            tries=one.tries,
            last_error=one.last_error,
            raised_at=one.raised_at,
        )
        for one in waiting
        if one.channel in names or one.alert_id in astray
    ]
    return AlertsNow(opened, unsent)


def try_channels(channels: Sequence[Channel], settings: Settings) -> list[Tested]:
    """Send a message that says it is a test to every channel."""
    message = alert_message(
        "this is a test",
        f"Alerts of the pipeline in {settings.data_path} arrive here. Nothing is wrong.",
        settings.ui_url or None,
    )
    return [_tested(channel, message, settings.alert_timeout_s) for channel in channels]


def _tested(channel: Channel, message: AlertMessage, timeout_s: float) -> Tested:
    try:
        within(2 * timeout_s, lambda: channel.send(message))
    except ChannelError as error:
        return Tested(channel.name, channel.shown, str(error))
    return Tested(channel.name, channel.shown, None)
