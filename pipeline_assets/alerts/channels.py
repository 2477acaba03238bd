"""What every channel is, and which ones are set."""

from dataclasses import dataclass
from typing import Protocol

from pipeline_assets.domain.alerts.messages import AlertMessage

NO_CHANNEL = (
    "No channel is set for alerts. To get them, set PIPELINE_ALERT_WEBHOOK, PIPELINE_ALERT_EMAIL "
    "or PIPELINE_ALERT_APPRISE (docs/alerts.md)."
)


class ChannelError(Exception):
    """A channel did not take a message; its text says why, on one line and without any secret.

    `is_down`: it would not take another one now either. `retry_after_s`: how long it asks to wait.
    """

    def __init__(
        self, cause: str, *, is_down: bool = True, retry_after_s: float | None = None
    ) -> None:
        super().__init__(" ".join(cause.split()))
        self.is_down = is_down
        self.retry_after_s = retry_after_s


class Channel(Protocol):
    """One way out."""

    @property
    def name(self) -> str:
        """Its name in the record: the same whatever its URL is, so that a URL can be mended."""
        ...

    @property
    def shown(self) -> str:
        """Where it leads, without any secret."""
        ...

    def send(self, message: AlertMessage) -> None:
        """Send a message; raises `ChannelError` if it was not taken."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class ChannelUrls:
    """The settings of all channels; an empty text is a channel that is off."""

    webhook: str = ""
    email: str = ""
    apprise: str = ""


def channels_of(urls: ChannelUrls, timeout_s: float) -> list[Channel]:
    """The channels that are set; raises `ValueError` for a URL that cannot be used.

    Their modules are imported only then: most need libraries that nothing else needs.
    """
    channels: list[Channel] = []
    if urls.webhook:
        from pipeline_assets.alerts.webhook import WebhookChannel

        channels.append(WebhookChannel(urls.webhook, timeout_s))
    if urls.email:
        from pipeline_assets.alerts.mail import MailChannel

        channels.append(MailChannel(urls.email, timeout_s))
    if urls.apprise:
        from pipeline_assets.alerts.apprise_urls import apprise_channels

        channels += apprise_channels(urls.apprise)
    return channels


def headline(message: AlertMessage) -> str:
    """A message's title, and whose it is."""
    return f"pipeline-assets: {message.title}"


def plain_text(message: AlertMessage) -> str:
    """A message's body, where its title is shown apart."""
    return "\n\n".join(filter(None, (message.text, message.link)))
