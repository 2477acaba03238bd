"""Alerts are recorded, then sent, then marked: none is lost, and each is sent once if all is well.

Webhooks are real ones on loopback.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from pipeline_assets.alerts.channels import Channel, ChannelUrls, channels_of
from pipeline_assets.catalogue import alerts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.alerts.troubles import Trouble
from pipeline_assets.services.alerts.record import record_troubles, send_recorded
from pipeline_assets.services.alerts.sending import Sent
from pipeline_assets_tests.alerts.servers import Webhook
from pipeline_assets_tests.workplace import Clock, Workplace

ON_BOTH_DATABASES = True
NOON = datetime(2026, 1, 1, 12)


class Desk:
    """Records troubles and sends alerts, on a clock that stands until it is moved."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.clock = Clock(NOON)
        self.hook = Webhook()
        place.change(clock=self.clock, settings={"alert_timeout_s": 0.5})
        self.channels: list[Channel] = channels_of(ChannelUrls(webhook=self.hook.url), 0.5)

    def record(self, *causes: str, subject: str = "check/a/c", passed: tuple[str, ...] = ()) -> int:
        troubles = [
            Trouble(subject, cause, f"about {cause}", "What to do.", "p") for cause in causes
        ]
        return record_troubles(self.place.pipeline, troubles, passed, self.channels)

    def send(self) -> Sent:
        return send_recorded(self.place.pipeline, self.channels)

    def later(self, **time: float) -> None:
        self.clock.now += timedelta(**time)

    def deliveries(self) -> list[tuple[Any, ...]]:
        return self.place.rows(
            "SELECT alert_id, channel, tries, sent_at IS NOT NULL FROM alert_deliveries"
            " ORDER BY alert_id, channel"
        )


@pytest.fixture
def desk(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return Desk(workplace)


def test_an_alert_is_sent_once(desk: Desk) -> None:
    with desk.hook.up():
        assert desk.record("x") == 1
        assert desk.send() == Sent(1, 0)
        assert desk.record("x") == 0
        desk.later(days=1)
        assert desk.send() == Sent(0, 0)
    assert desk.hook.texts == [
        "*pipeline-assets: about x*\nWhat to do.\nRaised at 2026-01-01 12:00:00 UTC."
    ]
    assert desk.place.one("SELECT count(*) FROM alerts") == 1


def test_it_is_raised_again_when_it_has_changed_or_passed(desk: Desk) -> None:
    with desk.hook.up():
        assert [desk.record("x"), desk.record("x y"), desk.record("y"), desk.record("x y")] == [
            1, 1, 0, 1,
        ]  # fmt: skip
        desk.record(passed=("check/a/c",))
        assert desk.place.one("SELECT count(*) FROM alerts WHERE open_subject IS NOT NULL") == 0
        assert desk.record("x y") == 1
        assert desk.send() == Sent(4, 0)
    assert [one.split("*")[1] for one in desk.hook.texts] == [
        f"pipeline-assets: about {cause}" for cause in ("x", "x y", "x y", "x y")
    ]


def test_a_webhook_that_is_down_loses_nothing(desk: Desk) -> None:
    desk.record("x")
    assert desk.send() == Sent(0, 1)
    desk.record("y", subject="check/a/d")
    assert desk.send() == Sent(0, 1)  # what is new is tried at once
    assert desk.send() == Sent(0, 0)
    desk.later(seconds=61)
    assert desk.send() == Sent(0, 1)  # one try shows that it is down, for both
    desk.record(passed=("check/a/c",))
    with desk.hook.up():
        desk.later(hours=1)
        assert desk.send() == Sent(2, 0)
    assert [one.splitlines()[0] for one in sorted(desk.hook.texts)] == [
        "*pipeline-assets: about x*",
        "*pipeline-assets: about y*",
    ]
    assert (
        "It has passed or changed since, at 2026-01-01 12:01:01 UTC." in sorted(desk.hook.texts)[0]
    )


@pytest.mark.parametrize("status", [429, 500])
def test_a_busy_webhook_is_asked_again_only_when_it_says(desk: Desk, status: int) -> None:
    desk.hook.status, desk.hook.headers = status, {"Retry-After": "600"}
    with desk.hook.up():
        desk.record("x")
        assert desk.send() == Sent(0, 1)
        desk.hook.status = 200
        desk.later(seconds=599)
        assert desk.send() == Sent(0, 0)
        desk.later(seconds=2)
        assert desk.send() == Sent(1, 0)
    assert (desk.hook.asked, len(desk.hook.got)) == (2, 1)


def test_a_webhook_that_hangs_is_given_up_and_tried_again(desk: Desk) -> None:
    desk.channels = channels_of(ChannelUrls(webhook=desk.hook.url), 0.1)
    desk.hook.hangs_s = 0.5
    with desk.hook.up():
        desk.record("x")
        assert desk.send() == Sent(0, 1)
        error = desk.place.one("SELECT last_error FROM alert_deliveries")
        assert error == "127.0.0.1 did not answer within 0.1 s"
        desk.hook.hangs_s = 0
        desk.later(minutes=2)
        assert desk.send() == Sent(1, 0)


def test_a_message_that_is_refused_does_not_keep_others_back(desk: Desk) -> None:
    desk.record("x")
    desk.hook.status = 400
    with desk.hook.up():
        assert desk.send() == Sent(0, 1)
        desk.hook.status = 200
        desk.record("y", subject="check/a/d")
        assert desk.send() == Sent(1, 0)
        desk.later(minutes=2)
        assert desk.send() == Sent(1, 0)
    assert desk.deliveries() == [(1, "webhook", 1, 1), (2, "webhook", 0, 1)]


def test_a_crash_between_sending_and_marking_leads_to_one_repeated_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with desk.hook.up():
        desk.record("x")
        with monkeypatch.context() as patch:
            patch.setattr(alerts, "mark_sent", dies)
            with pytest.raises(KeyboardInterrupt):
                desk.send()
        assert desk.send() == Sent(0, 0)  # it is claimed, for all that others know
        desk.later(minutes=3)
        assert desk.send() == Sent(1, 0)
        desk.later(days=1)
        assert desk.send() == Sent(0, 0)
    assert len(desk.hook.got) == 2


def test_two_that_send_at_once_do_not_send_the_same(desk: Desk) -> None:
    first = desk.channels[0]
    others: list[Sent] = []

    class Beside:
        """While a message is being sent, another process sends what is due."""

        name, shown = first.name, first.shown

        def send(self, message: Any) -> None:
            others.append(send_recorded(desk.place.pipeline, [first]))
            first.send(message)

    with desk.hook.up():
        desk.record("x")
        assert send_recorded(desk.place.pipeline, [Beside()]) == Sent(1, 0)
    assert (others, len(desk.hook.got)) == ([Sent(0, 0)], 1)


def test_each_channel_gets_it_whatever_the_others_do(desk: Desk) -> None:
    with Webhook().up() as other:
        urls = ChannelUrls(desk.hook.url, apprise=f"json://127.0.0.1:{other.port}")
        desk.channels = channels_of(urls, 0.5)
        desk.record("x")
        assert desk.send() == Sent(1, 1)
        with desk.hook.up():
            desk.later(minutes=2)
            assert desk.send() == Sent(1, 0)
    assert (len(other.got), len(desk.hook.got)) == (1, 1)


def test_what_no_channel_got_goes_to_the_channels_that_are_set_now(desk: Desk) -> None:
    desk.record("x")
    desk.send()
    with Webhook().up() as other:
        desk.channels = channels_of(ChannelUrls(apprise=f"json://127.0.0.1:{other.port}"), 0.5)
        assert desk.send() == Sent(1, 0)
        assert desk.send() == Sent(0, 0)
    assert len(other.got) == 1
    assert desk.deliveries() == [(1, "apprise-1", 0, 1), (1, "webhook", 1, 0)]


def test_a_new_channel_does_not_get_what_others_have_got(desk: Desk) -> None:
    with desk.hook.up(), Webhook().up() as other:
        desk.record("x")
        desk.send()
        urls = ChannelUrls(desk.hook.url, apprise=f"json://127.0.0.1:{other.port}")
        desk.channels = channels_of(urls, 0.5)
        assert desk.send() == Sent(0, 0)


def test_two_processes_cannot_raise_the_same_alert(desk: Desk) -> None:
    desk.record("x")
    with (
        pytest.raises(Exception, match=r"(?i)unique|duplicate"),
        writing(desk.place.pipeline.engine) as connection,
    ):
        connection.execute(
            text(
                "INSERT INTO alerts (subject, open_subject, cause, title, message, times_seen,"
                " raised_at, seen_at) SELECT subject, open_subject, cause, title, message,"
                " times_seen, raised_at, seen_at FROM alerts"
            )
        )


def test_names_of_any_script_and_length_can_be_recorded(desk: Desk) -> None:
    name = "Büdde 麦当劳 🥐'\"\\%s" * 300
    with desk.hook.up():
        desk.record(name, subject=f"check/{name[:200]}")
        assert desk.send() == Sent(1, 0)
    assert desk.hook.texts[0].startswith("*pipeline-assets: about Büdde 麦当劳 🥐")
    assert desk.record(name, subject=f"check/{name[:200]}") == 0
