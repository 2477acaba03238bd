"""Apprise's channels, by its json:// scheme against loopback."""

import pytest

from pipeline_assets.alerts.channels import ChannelError, ChannelUrls, channels_of
from pipeline_assets.domain.alerts.messages import AlertMessage
from pipeline_assets_tests.alerts.servers import Webhook

MESSAGE = AlertMessage("3 files refused", "Send <them> back.", "http://ui/runs/1?a=b&c=d")


def test_each_url_is_a_channel_of_its_own_and_gets_the_message(webhook: Webhook) -> None:
    with Webhook().up() as other:
        urls = f"json://me:s3cr3t@127.0.0.1:{webhook.port}/a, json://127.0.0.1:{other.port}"
        channels = channels_of(ChannelUrls(apprise=urls), 5)
        assert [(one.name, one.shown) for one in channels] == [
            ("apprise-1", "JSON"),
            ("apprise-2", "JSON"),
        ]
        for channel in channels:
            channel.send(MESSAGE)
    for got in (webhook.got, other.got):
        assert [(one["title"], one["message"], one["type"]) for one in got] == [
            (
                "pipeline-assets: 3 files refused",
                "Send <them> back.\n\nhttp://ui/runs/1?a=b&c=d",
                "warning",
            )
        ]


def test_what_apprise_says_is_the_reason(webhook: Webhook) -> None:
    (channel,) = channels_of(
        ChannelUrls(apprise=f"json://me:s3cr3t@127.0.0.1:{webhook.port}/t0ken"), 5
    )
    webhook.status = 500
    with pytest.raises(ChannelError, match="500") as raised:
        channel.send(MESSAGE)
    assert str(raised.value).startswith("JSON: ")
    assert "s3cr3t" not in str(raised.value)
    assert "t0ken" not in str(raised.value)


def test_one_that_is_down_raises_the_same_error() -> None:
    (channel,) = channels_of(ChannelUrls(apprise=f"json://127.0.0.1:{Webhook().port}"), 5)
    with pytest.raises(ChannelError, match="JSON: ") as raised:
        channel.send(MESSAGE)
    assert raised.value.is_down
