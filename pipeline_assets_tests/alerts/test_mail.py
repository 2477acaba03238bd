"""The mail channel against a real mail server."""

import socket
from email.message import EmailMessage
from urllib.parse import quote

import pytest

from pipeline_assets.alerts.channels import ChannelError
from pipeline_assets.alerts.mail import MailChannel
from pipeline_assets.domain.alerts.messages import AlertMessage, alert_message
from pipeline_assets_tests.alerts.conftest import Authority
from pipeline_assets_tests.alerts.servers import PASSWORD, USER, MailServer
from pipeline_assets_tests.processes import free_port

MESSAGE = AlertMessage("3 files refused", "Send them back, büdde.", "http://ui/runs/1?a=b&c=d")


def url(port: int, scheme: str = "smtp", password: str | None = None, to: str = "you@x.org") -> str:
    """The setting for a server on loopback."""
    user = f"{USER}:{quote(password, safe='')}@" if password else ""
    return f"{scheme}://{user}127.0.0.1:{port}/?from=me@x.org&to={to}"


def lines(mail: EmailMessage) -> list[str]:
    """The lines of a mail's body."""
    return str(mail.get_content()).splitlines()


def failure(address: str, message: AlertMessage = MESSAGE) -> ChannelError:
    """What sending raises."""
    with pytest.raises(ChannelError) as raised:
        MailChannel(address, 2).send(message)
    assert PASSWORD not in str(raised.value)
    return raised.value


def test_a_mail_says_who_what_and_where(trusted: Authority) -> None:
    with MailServer().up(starttls=trusted.server) as server:
        address = url(server.port, password=PASSWORD, to="you@x.org,she@x.org&to=he@x.org")
        channel = MailChannel(address, 5)
        channel.send(MESSAGE)
    ((recipients, mail, is_tls, is_known),) = server.got
    assert recipients == ["you@x.org", "she@x.org", "he@x.org"]
    assert (mail["From"], mail["To"]) == ("me@x.org", "you@x.org, she@x.org, he@x.org")
    assert mail["Subject"] == "pipeline-assets: 3 files refused"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert lines(mail) == ["Send them back, büdde.", "", "http://ui/runs/1?a=b&c=d"]
    assert (is_tls, is_known) == (True, True)
    assert channel.shown == "you@x.org, she@x.org, he@x.org by 127.0.0.1"
    assert PASSWORD not in repr(channel)


def test_tls_from_the_first_byte_works_as_well(trusted: Authority) -> None:
    with MailServer().up(tls=trusted.server) as server:
        MailChannel(url(server.port, "smtps", PASSWORD), 5).send(MESSAGE)
    assert [one[3] for one in server.got] == [True]


def test_a_certificate_that_nobody_vouches_for_is_refused(authority: Authority) -> None:
    with MailServer().up(starttls=authority.server) as server:
        assert "certificate verify failed" in str(failure(url(server.port, password=PASSWORD)))
    assert server.got == []


def test_a_password_is_never_sent_in_the_clear_but_a_mail_without_one_is() -> None:
    with MailServer().up() as server:
        error = failure(url(server.port, password=PASSWORD))
        assert str(error).startswith("127.0.0.1 offers no TLS, and the password is not sent")
        assert server.got == []
        MailChannel(url(server.port), 5).send(MESSAGE)
    assert [(one[2], one[3]) for one in server.got] == [(False, False)]


def test_a_wrong_password_is_told_by_the_status_alone(trusted: Authority) -> None:
    with MailServer().up(starttls=trusted.server) as server:
        error = failure(url(server.port, password=PASSWORD[::-1]))
    assert str(error) == "127.0.0.1 refused it with SMTP status 535"
    assert error.is_down


def test_a_recipient_that_is_refused_is_no_news_while_another_one_is_not() -> None:
    with MailServer().up() as server:
        MailChannel(url(server.port, to="nobody@x.org,you@x.org"), 5).send(MESSAGE)
        assert [one[0] for one in server.got] == [["you@x.org"]]
        error = failure(url(server.port, to="nobody@x.org"))
    assert str(error) == "127.0.0.1 accepts no recipient (SMTP status 550)"


def test_a_name_of_a_file_can_begin_no_header_and_no_second_mail() -> None:
    title = "a\r\nBcc: evil@x.org\r\n\r\nbody\n.\nMAIL FROM:<x>"
    with MailServer().up() as server:
        MailChannel(url(server.port), 5).send(alert_message(title, "one\n.\ntwo\x00\r\nthree"))
    ((recipients, mail, _, _),) = server.got
    assert recipients == ["you@x.org"]
    assert mail["Bcc"] is None
    assert mail["Subject"] == "pipeline-assets: a Bcc: evil@x.org body . MAIL FROM:<x>"
    assert lines(mail) == ["one", ".", "two  ", "three"]


def test_a_server_that_is_down_or_hangs_is_down() -> None:
    assert "ConnectionRefusedError" in str(failure(url(free_port())))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ChannelError) as raised:
        MailChannel(url(silent.getsockname()[1]), 0.2).send(MESSAGE)
    assert raised.value.is_down
    assert "timed out" in str(raised.value)
