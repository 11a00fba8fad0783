"""E-mail: one message for each recipient, so that one who is refused stops nobody else.

A message has the same `Message-ID` however often it is sent: a server that took it before we learned so
can tell. The CAP message is attached.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from alerts.channels.carrier import Carrier, Letter, Outcome
from alerts.channels.words import plain_text, subject, told_link
from alerts.drill_wall import N, Notice

TIMEOUT_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Post:
    """A mail server and who writes."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    sender: str
    user: str | None = None
    password: str | None = None


class Mail(Carrier[N]):
    """E-mail for one kind of notice."""

    def __init__(self, takes: type[N], post: Post, *, public_url: str | None) -> None:
        """Send through `post`; links lead to the public face at `public_url`."""
        super().__init__(takes)
        self._post, self._public_url = post, public_url

    def _carry(self, notice: N, letter: Letter) -> Outcome:
        message = mail_message(notice, letter, sender=self._post.sender, public_url=self._public_url)
        try:
            with open_session(self._post) as session:
                session.send_message(message)
        except smtplib.SMTPRecipientsRefused as fault:
            code, words = next(iter(fault.recipients.values()))
            return _refusal(code, words)
        except smtplib.SMTPAuthenticationError as fault:
            # not the recipient's fault, and somebody may put the password right
            return Outcome(result="failed", fault=f"{self._post.host}: sign-in refused ({fault.smtp_code})")
        except smtplib.SMTPResponseException as fault:
            return _refusal(fault.smtp_code, fault.smtp_error)
        except (smtplib.SMTPException, OSError) as fault:
            return Outcome(result="failed", fault=f"{self._post.host}: {type(fault).__name__}: {fault}"[:300])
        return Outcome(result="accepted")


def open_session(post: Post) -> smtplib.SMTP:
    """Return a session with a mail server, protected and signed in to as the list says.

    Raises `smtplib.SMTPException` or `OSError`.
    """
    if post.security == "tls":
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            post.host, post.port, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        session = smtplib.SMTP(post.host, post.port, timeout=TIMEOUT_S)
    try:
        if post.security == "starttls":
            session.starttls(context=ssl.create_default_context())
        if post.user is not None:
            session.login(post.user, post.password or "")
    except BaseException:
        session.close()
        raise
    return session


def greet(post: Post) -> Outcome:
    """Return whether a mail server would take mail from us; nothing is written to anybody."""
    try:
        with open_session(post) as session:
            code, words = session.noop()
    except (smtplib.SMTPException, OSError) as fault:
        return Outcome(result="failed", fault=f"{post.host}: {type(fault).__name__}: {fault}"[:300])
    return Outcome(result="accepted") if code == 250 else _refusal(code, words)


def mail_message(notice: Notice, letter: Letter, *, sender: str, public_url: str | None) -> EmailMessage:
    """Return the message to one recipient."""
    domain = sender.rpartition("@")[2] or "localhost"
    bulletin = notice.bulletin
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address_of(letter.recipient)
    message["Subject"] = subject(notice)
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = f"<{letter.identifier}.{letter.delivery_id}@{domain}>"
    # a mail program shows the update and the lifting below the order
    message["References"] = f"<{notice.status}.{bulletin.incident_id}.{bulletin.order_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain_text(notice, told_link(public_url, letter.token)))
    message.add_attachment(letter.cap, maintype="application", subtype="cap+xml", filename="cap.xml")
    return message


def recipient_of(channel: str, address: str) -> str:
    """Return how a delivery names an address of a channel."""
    return f"{channel}/{address}"


def address_of(recipient: str) -> str:
    """Return the address in a delivery's recipient."""
    return recipient.rpartition("/")[2]


def _refusal(code: int, words: bytes | str) -> Outcome:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return Outcome(result="refused" if code >= 500 else "failed", fault=f"{code} {text}"[:300])
