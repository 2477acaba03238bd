"""`alert`: which alerts are open or unsent, and whether the channels work."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_assets.alerts.channels import NO_CHANNEL, channels_of
from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import (
    Json,
    pipeline_to_look_at,
    print_json,
    read_settings,
)
from pipeline_assets.cli.exit_statuses import FAILED, OK
from pipeline_assets.errors import UsageError

if TYPE_CHECKING:
    from pipeline_assets.alerts.channels import Channel
    from pipeline_assets.catalogue.alerts import AlertRow
    from pipeline_assets.services.operators.alerts import AlertsNow
    from pipeline_assets.settings import Settings


def alert(
    test: Annotated[
        bool, typer.Option("--test", help="Send a test message to every channel that is set.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show which alerts are open, and which have not been sent yet.

    Alerts are sent by the sensors of Dagster's daemon. With --test, this sends a test message to
    every channel that is set, and says for each whether it was taken.
    """
    settings = read_settings()
    channels = channels_of(settings.channel_urls, settings.alert_timeout_s)
    if test:
        _test(settings, channels, as_json=as_json)
    else:
        _show(channels, as_json=as_json)


def _test(settings: "Settings", channels: "Sequence[Channel]", *, as_json: bool) -> None:
    from pipeline_assets.services.operators.alerts import try_channels

    if not channels:
        raise UsageError(NO_CHANNEL)
    tested = try_channels(channels, settings)
    if as_json:
        shown = [asdict(one) | {"is_ok": one.error is None} for one in tested]
        print_json({"tested": shown})
    else:
        for one in tested:
            outcome = "took the test message" if one.error is None else f"failed: {one.error}"
            terminal.say(f"{one.channel} ({one.leads_to}) {outcome}")
    raise typer.Exit(FAILED if any(one.error for one in tested) else OK)


def _show(channels: "Sequence[Channel]", *, as_json: bool) -> None:
    from pipeline_assets.services.operators.alerts import alerts_now
    from pipeline_assets.services.operators.status import unprepared

    with pipeline_to_look_at() as pipeline:
        lack = unprepared(pipeline)
        found = None if lack else alerts_now(pipeline, channels)
    shown = [{"channel": one.name, "leads_to": one.shown} for one in channels]
    if as_json:
        print_json(
            {
                "is_prepared": lack is None,
                "message": lack.message if lack else None,
                "channels": shown,
                "open": [asdict(one) for one in found.opened] if found else None,
                "unsent": [asdict(one) for one in found.unsent] if found else None,
            }
        )
    elif lack:
        terminal.say(lack.message)
    elif found:
        _show_found(found, channels)
    if lack:
        raise typer.Exit(OK if lack.is_new else FAILED)
    raise typer.Exit(FAILED if found and any(one.tries for one in found.unsent) else OK)


def _show_found(found: "AlertsNow", channels: "Sequence[Channel]") -> None:
    ways = ", ".join(f"{one.name} ({one.shown})" for one in channels)
    terminal.say(f"Alerts go to: {ways}" if ways else NO_CHANNEL)
    terminal.say(f"{len(found.opened)} open")
    for one in found.opened:
        terminal.say(f"  {one.title} (since {one.raised_at:%Y-%m-%d %H:%M} UTC, {_known(one)})")
        for line in one.message.splitlines():
            terminal.say(f"    {line}")
    terminal.say(f"{len(found.unsent)} unsent")
    for waiting in found.unsent:
        why = f"failed {waiting.tries} times: {waiting.last_error}" if waiting.tries else "waiting"
        lost = "" if waiting.is_set else " (this channel is not set)"
        terminal.say(f"  {waiting.title}: {waiting.channel}{lost}, {why}")


def _known(one: "AlertRow") -> str:
    """Which channels have an alert."""
    if one.sent_to:
        return f"sent to {', '.join(one.sent_to)}"
    return "sent to no channel yet" if one.waiting_for else "told by another alert"
