"""The settings of alerts, which are part of all settings."""

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from pipeline_assets.alerts.addresses import check_apprise, ui_address
from pipeline_assets.alerts.channels import ChannelUrls, channels_of


class AlertSettings(BaseSettings):
    """Where alerts go, and when. The URLs of channels hold secrets."""

    alert_webhook: str = Field(
        default="",
        repr=False,
        description='URL to post alerts to as `{"text": …}`, which Slack and others take',
    )
    alert_email: str = Field(
        default="",
        repr=False,
        description="mail server and recipients of alerts: "
        "`smtp://user:password@host:587/?from=…&to=…`, or `smtps://`",
    )
    alert_apprise: str = Field(
        default="", repr=False, description="URLs of Apprise to send alerts to (an extra)"
    )
    alert_max_wait_s: float = Field(
        default=900,
        ge=0,
        description="longest that alerts about refused and halted files wait for the inbox to be "
        "empty",
    )
    alert_quiet_s: float = Field(
        default=3_600,
        ge=0,
        description="a kind of failed run has passed when none has failed so for this long, and "
        "one of the job has succeeded since",
    )
    alert_timeout_s: float = Field(
        default=5, gt=0, le=10, description="how long a channel of alerts may take to answer"
    )
    ui_url: str = Field(
        default="", description="URL of Dagster's UI, for links in alerts; if empty, no links"
    )

    @field_validator("alert_webhook", "alert_email", "alert_apprise")
    @classmethod
    def _is_a_channel(cls, url: str, info: ValidationInfo) -> str:
        """Check it as it is read, as no run or tick should find out later."""
        if url and info.field_name == "alert_apprise":
            check_apprise()
        if info.field_name is not None:
            channels_of(ChannelUrls(**{info.field_name.removeprefix("alert_"): url}), 1)
        return url

    @field_validator("ui_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return ui_address(url) if url else url

    @property
    def channel_urls(self) -> ChannelUrls:
        """Where alerts go."""
        return ChannelUrls(self.alert_webhook, self.alert_email, self.alert_apprise)
