"""Mails as servers send them back, after the examples of RFC 3464, RFC 5965 and what well-known servers really write."""

from __future__ import annotations

QUOTED = "From: Vauban <news@vauban.example>\r\nMessage-ID: {message_id}\r\nSubject: News\r\n\r\nHello\r\n"


def delivery(
    fields: str, *, to: str = "b@bounces.vauban.example", message_id: str = "<1@x>", words: str = "Sorry."
) -> bytes:
    """A delivery report (RFC 3464) with one group of fields about the recipient."""
    return (
        "From: Mail Delivery System <mailer-daemon@mx.example.fr>\r\n"
        f"To: {to}\r\nDate: Thu, 19 Nov 2026 09:12:01 +0100\r\nSubject: Undelivered\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n'
        f"--=b\r\nContent-Type: text/plain\r\n\r\n{words}\r\n"
        "--=b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example.fr\r\nArrival-Date: Thu, 19 Nov 2026 09:11:59 +0100\r\n\r\n{fields}\r\n"
        "--=b\r\nContent-Type: message/rfc822\r\n\r\n" + QUOTED.format(message_id=message_id) + "--=b--\r\n"
    ).encode()


def failed(status: str, diagnostic: str, action: str = "failed") -> str:
    """The group about one recipient."""
    return (
        "Final-Recipient: rfc822; ana@example.fr\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {diagnostic}\r\n"
    )


def complaint(*, message_id: str) -> bytes:
    """An abuse report (RFC 5965)."""
    return (
        "From: <fbl@isp.example>\r\nTo: <abuse@vauban.example>\r\nDate: Thu, 19 Nov 2026 09:12:01 +0100\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary="=f"\r\n\r\n'
        "--=f\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--=f\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: ISP/1\r\nVersion: 1\r\nOriginal-Rcpt-To: <ana@example.fr>\r\n\r\n"
        "--=f\r\nContent-Type: message/rfc822\r\n\r\n" + QUOTED.format(message_id=message_id) + "--=f--\r\n"
    ).encode()


QMAIL = (
    b"From: MAILER-DAEMON@mx.example\r\nTo: b@bounces.vauban.example\r\nSubject: failure notice\r\n\r\n"
    b"Hi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to deliver your message.\r\n\r\n"
    b"<ana@example.fr>:\r\n192.0.2.3 does not like recipient.\r\n"
    b"Remote host said: 550 5.1.1 <ana@example.fr>: Recipient address rejected: User unknown\r\nGiving up.\r\n\r\n"
    b"--- Below this line is a copy of the message.\r\n"
)
EXIM = (
    b"From: Mail Delivery System <Mailer-Daemon@mx.example>\r\nTo: b@bounces.vauban.example\r\n"
    b"X-Failed-Recipients: ana@example.fr\r\nAuto-Submitted: auto-replied\r\nSubject: Mail delivery failed\r\n\r\n"
    b"A message that you sent could not be delivered.\r\n\r\n  ana@example.fr\r\n"
    b"    SMTP error from remote mail server after RCPT TO:\r\n    550 No such user here\r\n"
)
AWAY = (
    b"From: Ana <ana@example.fr>\r\nTo: b@bounces.vauban.example\r\nAuto-Submitted: auto-replied\r\n"
    b"Subject: Away until 550 5.1.1 comes\r\n\r\nI am away. Error 5.1.1 is my hobby.\r\n"
)
