"""`pipeline-assets alert`: whether the channels work, and which alerts are open or unsent."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_assets.alerts.channels import NO_CHANNEL, channels_of
from pipeline_assets.domain.alerts.troubles import Trouble
from pipeline_assets.services.alerts.record import record_troubles, send_recorded
from pipeline_assets_tests.alerts.servers import MailServer, Webhook
from pipeline_assets_tests.commands import Command, in_this_process, process
from pipeline_assets_tests.workplace import Workplace


@pytest.fixture
def command(
    workplace: Workplace, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Runs a command in the workplace; loopback is asked directly."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIPELINE_ALERT_TIMEOUT_S", "1")
    return in_this_process(capfd)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """A webhook that is set, and listens."""
    with Webhook().up() as up:
        monkeypatch.setenv("PIPELINE_ALERT_WEBHOOK", up.url)
        yield up


def raise_alert(place: Workplace) -> None:
    """A check fails, and is told as the environment says."""
    settings = place.resource.read_settings()
    channels = channels_of(settings.channel_urls, 1)
    found = Trouble("check/a/c", "x", "check [c] of a fails", "One is bad.\nMend it.", "p")
    record_troubles(place.pipeline, [found], (), channels)
    send_recorded(place.pipeline, channels)


@pytest.mark.from_nothing
def test_a_test_message_goes_to_every_channel_and_needs_no_catalogue(
    command: Command, hook: Webhook, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MailServer().up() as mail:
        url = f"smtp://127.0.0.1:{mail.port}/?from=me@x.org&to=you@x.org"
        monkeypatch.setenv("PIPELINE_ALERT_EMAIL", url)
        monkeypatch.setenv("PIPELINE_ALERT_APPRISE", f"json://127.0.0.1:{hook.port}")
        hook.got.clear()
        ran = command("alert", "--test")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "webhook (127.0.0.1) took the test message",
        "email (you@x.org by 127.0.0.1) took the test message",
        "apprise-1 (JSON) took the test message",
    ]
    assert "Nothing is wrong." in hook.got[0]["text"]
    assert hook.got[1]["title"] == "pipeline-assets: this is a test"
    assert [str(one[1]["Subject"]) for one in mail.got] == ["pipeline-assets: this is a test"]
    assert not (workplace.data / "catalogue.sqlite").exists()


def test_one_channel_that_fails_makes_the_test_fail_and_says_why(
    command: Command, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ALERT_APPRISE", f"json://127.0.0.1:{hook.port}")
    hook.status = 404
    ran = command("alert", "--test", "--json")
    assert ran.status == 1
    first, second = ran.json()["tested"]
    assert first == {
        "channel": "webhook",
        "leads_to": "127.0.0.1",
        "error": "127.0.0.1 answered with HTTP status 404",
        "is_ok": False,
    }
    assert (second["channel"], second["is_ok"]) == ("apprise-1", False)
    shown = command("alert", "--test")
    assert shown.out.splitlines()[0] == (
        "webhook (127.0.0.1) failed: 127.0.0.1 answered with HTTP status 404"
    )


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_test_without_a_channel_says_what_to_set(command: Command, options: list[str]) -> None:
    ran = command("alert", "--test", *options)
    assert (ran.status, ran.out, ran.err) == (2, "", f"error: {NO_CHANNEL}\n")


def test_open_and_unsent_alerts_are_listed(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = Webhook()
    monkeypatch.setenv("PIPELINE_ALERT_WEBHOOK", down.url)
    raise_alert(workplace)
    ran = command("alert", "--json")
    assert ran.status == 1  # something could not be sent
    found = ran.json()
    assert found["channels"] == [{"channel": "webhook", "leads_to": "127.0.0.1"}]
    (opened,), (unsent,) = found["open"], found["unsent"]
    assert (opened["subject"], opened["sent_to"]) == ("check/a/c", [])
    assert (unsent["channel"], unsent["tries"], unsent["is_set"]) == ("webhook", 1, True)
    monkeypatch.delenv("PIPELINE_ALERT_WEBHOOK")
    lines = command("alert").out.splitlines()
    assert lines[0] == NO_CHANNEL
    assert lines[1] == "1 open"
    assert lines[2].startswith("  check [c] of a fails (since 20")
    assert lines[2].endswith(" UTC, sent to no channel yet)")
    assert lines[3:6] == ["    One is bad.", "    Mend it.", "1 unsent"]
    assert lines[6].startswith(
        "  check [c] of a fails: webhook (this channel is not set), failed 1 times:"
    )
    assert "s3cr3t" not in "".join(lines)


def test_a_channel_that_is_set_no_longer_is_not_waited_for_once_another_has_the_alert(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ALERT_WEBHOOK", Webhook().url)
    raise_alert(workplace)
    monkeypatch.delenv("PIPELINE_ALERT_WEBHOOK")
    with Webhook().up() as other:
        monkeypatch.setenv("PIPELINE_ALERT_APPRISE", f"json://127.0.0.1:{other.port}")
        raise_alert(workplace)
    ran = command("alert", "--json")
    assert (ran.status, ran.json()["unsent"]) == (0, [])
    (opened,) = ran.json()["open"]
    assert (opened["sent_to"], opened["waiting_for"]) == (["apprise-1"], ["webhook"])


def test_an_alert_that_was_sent_is_open_until_it_passes(
    command: Command, workplace: Workplace, hook: Webhook
) -> None:
    raise_alert(workplace)
    ran = command("alert")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == "Alerts go to: webhook (127.0.0.1)"
    assert lines[2].endswith(" UTC, sent to webhook)")
    assert lines[-1] == "0 unsent"
    record_troubles(workplace.pipeline, [], {"check/a/c"}, [])
    assert command("alert").out.splitlines()[1:] == ["0 open", "0 unsent"]


@pytest.mark.from_nothing
def test_where_nothing_is_set_up_it_says_so_and_creates_nothing(
    command: Command, workplace: Workplace
) -> None:
    ran = command("alert", "--json")
    assert ran.status == 0
    found = ran.json()
    assert (found["is_prepared"], found["open"], found["unsent"]) == (False, None, None)
    assert "pipeline-assets prepare" in found["message"]
    assert not (workplace.data / "catalogue.sqlite").exists()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WEBHOOK", "hooks.example.com/s3cr3t", "it must be a URL such as https://"),
        ("WEBHOOK", "ftp://hooks.example.com/s3cr3t", "it must be a URL such as https://"),
        ("WEBHOOK", "https://s3cr3t example", "it must be a URL such as https://"),
        ("WEBHOOK", "https://h:s3cr3t/", "%-encode special characters"),
        ("EMAIL", "smtp://me:s3cr3t@h", "it needs one from= and at least one to="),
        ("EMAIL", "smtp://me:s3cr3t@h/?from=a@x&to=b", "from= and to= take mail addresses"),
        ("EMAIL", "smtp://me:s3cr3t@h/?from=a@x&to=b@x&cc=c@x", "there can only be from= and to="),
        ("EMAIL", "smtp://s3cr3t@h/?from=a@x&to=b@x", "it needs both user and password"),
        ("EMAIL", "http://me:s3cr3t@h/?from=a@x&to=b@x", "it must be a URL such as smtp://"),
        ("APPRISE", "nonsense://s3cr3t", "Apprise cannot use URL number 1"),
        ("APPRISE", "json://localhost, nonsense://s3cr3t", "Apprise cannot use URL number 2"),
        ("APPRISE", "s3cr3t", "Apprise cannot use URL number 1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_one_sentence_without_its_secret(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"PIPELINE_ALERT_{name}", value)
    ran = command("status", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert f"PIPELINE_ALERT_{name}: " in ran.err
    assert says in ran.err
    assert "s3cr3t" not in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_ui_that_is_no_address_is_told_too(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_UI_URL", "dagster.example.com")
    assert "PIPELINE_UI_URL: " in command("status").err


def test_without_apprise_its_setting_says_what_to_install(workplace: Workplace) -> None:
    """In a process of its own, where a folder that comes first hides the package."""
    hiding = workplace.root / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more:"
        " None if name == 'apprise' else find(name, *more)\n"
        "sys.modules['apprise'] = None\n"
    )
    ran = process(
        workplace, "status", PIPELINE_ALERT_APPRISE="json://x", PYTHONPATH=str(Path(hiding))
    )
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "error: A setting is invalid. PIPELINE_ALERT_APPRISE: Apprise is not installed; run: "
        "pip install 'pipeline-assets[apprise]'\n"
    )


def test_the_settings_never_show_their_secrets(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in {
        "WEBHOOK": "https://hooks.example.com/s3cr3t",
        "EMAIL": "smtp://me:s3cr3t@mail.example.com/?from=me@x.org&to=you@x.org",
        "APPRISE": "json://me:s3cr3t@example.com",
    }.items():
        monkeypatch.setenv(f"PIPELINE_ALERT_{name}", url)
    settings = workplace.resource.read_settings()
    shown = f"{settings!r} {settings} {settings.channel_urls!r}"
    channels = channels_of(settings.channel_urls, 1)
    shown += " ".join(f"{channel!r} {channel.shown}" for channel in channels)
    assert "s3cr3t" not in shown
    assert len(channels) == 3
