"""The SMTP connection: one that stays open, and what the mail server can say to a letter."""

import ssl
from typing import Protocol

import aiosmtplib

from events_app.mail.rules import plain_words
from events_app.mail.standing import Stage, Verdict, judge
from events_app.settings import Mail

SECONDS = 60.0
"""For each answer of the server; two of them are waited for after DATA."""


class NotNow(Exception):
    """The server says: try this letter again later (4xx). The first argument is its reply in plain words."""


class Never(Exception):
    """The server says no to this letter for good (5xx): the first argument is its reply in plain words."""


class NoSuchAddress(Never):
    """The server says that nobody will ever get a letter at this address."""


class Unclear(Exception):
    """The server says no, and it may be to this letter or to us; `for_good`, if it says never (5xx)."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(words)
        self.for_good = for_good


class Barred(Exception):
    """The server refuses our sender, or all that we send. No letter is at fault, and none was sent."""


class Unreachable(Exception):
    """The server cannot be reached, or does not let anybody in now. The letter was not sent, and is not at fault."""


class InDoubt(Exception):
    """The connection was lost while the letter was on it: nobody can say whether it arrived."""


REFUSALS = (NotNow, Never, Unclear, Barred, Unreachable, InDoubt)


class Connection(Protocol):
    """What the courier needs of a way to send. One letter at a time: offer, then deliver or forget."""

    async def offer(self, sender: str, recipient: str) -> None:
        """Name the envelope. Raises any of the above but InDoubt."""

    async def deliver(self, message: bytes) -> None:
        """Send the prepared bytes of the letter offered. Raises any of the above but Unreachable."""

    async def forget(self) -> None:
        """The letter offered is not sent after all."""

    async def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""


class SmtpConnection:
    """A connection that is opened by the first letter and kept for the next (aiosmtplib)."""

    def __init__(self, settings: Mail, *, seconds: float = SECONDS) -> None:
        security = settings.security or "starttls"
        self._smtp = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password.reveal() or None,
            use_tls=security == "tls",
            start_tls=security == "starttls",
            tls_context=None if security == "none" else ssl.create_default_context(),
            local_hostname=settings.sender_address.rpartition("@")[2] or "localhost",
            timeout=seconds,
        )

    async def offer(self, sender: str, recipient: str) -> None:
        if self._smtp.is_connected:
            try:
                await self._envelope(sender, recipient)
            except (aiosmtplib.SMTPServerDisconnected, OSError):
                pass  # a server may hang up on an idle connection: that is nobody's fault, so call again
            else:
                return
        await self._call()
        try:
            await self._envelope(sender, recipient)
        except (aiosmtplib.SMTPServerDisconnected, OSError) as error:
            raise Unclear(_said(error)) from None  # it may be this letter that it cannot bear

    async def _call(self) -> None:
        """Whatever is said before the envelope is not about a letter."""
        try:
            await self._smtp.connect()
        except aiosmtplib.SMTPResponseException as error:
            self._smtp.close()
            raise (Barred if error.code >= 500 else Unreachable)(_said(error)) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Unreachable(_said(error)) from None

    async def deliver(self, message: bytes) -> None:
        try:
            await self._smtp.data(message)
        except aiosmtplib.SMTPResponseException as error:
            await self._answer(Stage.LETTER, error, otherwise=InDoubt)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise InDoubt(_said(error)) from None

    async def forget(self) -> None:
        try:
            await self._smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._smtp.close()

    async def close(self) -> None:
        try:
            if self._smtp.is_connected:
                await self._smtp.quit(timeout=2)
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            self._smtp.close()

    async def _envelope(self, sender: str, recipient: str) -> None:
        stage = Stage.SENDER
        try:
            await self._smtp.mail(sender)
            stage = Stage.RECIPIENT
            await self._smtp.rcpt(recipient)
        except (aiosmtplib.SMTPTimeoutError, aiosmtplib.SMTPHeloError) as error:
            self._smtp.close()
            raise Unreachable(_said(error)) from None
        except aiosmtplib.SMTPResponseException as error:
            await self._answer(stage, error, otherwise=Unreachable)

    async def _answer(
        self, stage: Stage, error: aiosmtplib.SMTPResponseException, *, otherwise: type[Exception]
    ) -> None:
        """Raises the server's no in our words; an answer that is none of SMTP's is `otherwise`."""
        if error.code // 100 not in (4, 5):
            self._smtp.close()
            raise otherwise(_said(error)) from None
        verdict = judge(stage, error.code, error.message)
        if error.code == 421 or verdict == Verdict.US:  # 421: the server is about to hang up
            self._smtp.close()
        else:
            await self.forget()
        raise _refusal(verdict, error) from None


def _refusal(verdict: Verdict, error: aiosmtplib.SMTPResponseException) -> Exception:
    words = _said(error)
    match verdict:
        case Verdict.LATER:
            return NotNow(words)
        case Verdict.ADDRESS:
            return NoSuchAddress(words)
        case Verdict.LETTER:
            return Never(words)
        case Verdict.US:
            return Barred(words)
    return Unclear(words, for_good=error.code >= 500)


def _said(error: Exception) -> str:
    """A reply in plain words, or the name of what happened: nothing that could be an address or a name."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return plain_words(f"{error.code} {error.message}")
    return type(error.__cause__ or error).__name__
