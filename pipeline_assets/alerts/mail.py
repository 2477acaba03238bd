"""Mail through an SMTP server, with TLS wherever the server has it."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from pipeline_assets.alerts.addresses import MailAddress, mail_address
from pipeline_assets.alerts.channels import ChannelError, headline, plain_text
from pipeline_assets.domain.alerts.messages import AlertMessage


class MailChannel:
    """Writes to the recipients of one URL.

    With `smtps`, TLS begins with the connection; with `smtp`, by STARTTLS if the server offers it.
    Certificates are checked, and a password is never sent without TLS.
    """

    name = "email"

    def __init__(self, url: str, timeout_s: float) -> None:
        self._address = mail_address(url)
        self._timeout_s = timeout_s
        self.shown = f"{', '.join(self._address.recipients)} by {self._address.host}"

    def send(self, message: AlertMessage) -> None:
        """Hand it to the server; it is taken once the server accepted one of the recipients."""
        host = self._address.host
        try:
            with self._connected() as server:
                server.send_message(_mail(message, self._address))
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _ in error.recipients.values()})
            statuses = ", ".join(map(str, codes))
            raise ChannelError(f"{host} accepts no recipient (SMTP status {statuses})") from error
        except smtplib.SMTPResponseException as error:  # its text may repeat what it was sent
            refused = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
            why = f"{host} refused it with SMTP status {error.smtp_code}"
            raise ChannelError(why, is_down=not refused) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            why = f"{host} cannot be used ({type(error).__name__}: {error})"
            raise ChannelError(why) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        address, context = self._address, ssl.create_default_context()
        if address.is_tls_only:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                address.host, address.port, timeout=self._timeout_s, context=context
            )
        else:
            server = smtplib.SMTP(address.host, address.port, timeout=self._timeout_s)
        with server:
            server.ehlo_or_helo_if_needed()
            if not address.is_tls_only and server.has_extn("starttls"):
                server.starttls(context=context)
            _log_in(server, address)
            yield server


def _log_in(server: smtplib.SMTP, address: MailAddress) -> None:
    if address.user is None or address.password is None:
        return
    if not isinstance(server.sock, ssl.SSLSocket):
        raise ChannelError(
            f"{address.host} offers no TLS, and the password is not sent without it; use smtps:// "
            "if the server has it, or leave out user and password"
        )
    server.login(address.user, address.password)


def _mail(message: AlertMessage, address: MailAddress) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = address.sender
    mail["To"] = ", ".join(address.recipients)
    mail["Subject"] = headline(message)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid("alert", domain=address.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain_text(message))
    return mail
