"""A newsletter from the outbox to a local SMTP server, beside the same through Django, dkimpy and smtplib; and its memory.

Processor time of our process is counted: what the mail server and PostgreSQL do in theirs is not.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dkim
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection, transaction
from django.utils import timezone

from bench.figure import Figure, per_second, times
from bench.people import actor
from essor.domain.marketing.letters.compiled import Compiled, Slot, Text
from essor.domain.marketing.sending import addresses, contents, domains, freezing, runner, sealed
from essor.domain.marketing.sending.contents import Variant
from essor.domain.marketing.sending.models import ListEmail, Recipient, SendingDomain, Server
from essor.domain.marketing.sending.states import SENDING, State

MAILS, SLOWLY, LINKS, SIZE, MILLION = 5_000, 100, 15, 28_000, 1_000_000
MEGABYTE = 1024 * 1024
PARAGRAPH = '<p style="color:#333;font-size:16px">Une façade s’entretient comme un toit : tôt, et régulièrement.</p>\n'
LEADS = (
    "SELECT 2 AS kind, id AS person_id, 'p' || id || '@dest.example' AS address, NULL AS reason FROM sales_lead "
    "WHERE NOT is_deleted AND NOT has_opted_out_of_email ORDER BY id LIMIT %s"
)
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i FROM n",
    "postgresql": "SELECT i FROM generate_series(1, %s) AS n(i)",
}


def letter() -> Compiled:
    """Return a newsletter of 28 kB of HTML with 15 links and two fields."""
    links = tuple((f"https://www.vauban.example/guide/{n}?utm_campaign=automne",) for n in range(LINKS))
    parts: list[str | Slot] = [
        "<html><body><h1>Bonjour ",
        Slot("field", "FirstName", fallback="vous"),
        ",</h1>",
    ]
    filler = PARAGRAPH * (SIZE // LINKS // len(PARAGRAPH.encode()))
    for n in range(LINKS):
        parts += [f'{filler}<a href="', Slot("link", str(n)), '">Lire la suite</a>']
    parts += [
        ' <a href="',
        Slot("unsubscribe"),
        '">Se désabonner</a> ',
        Slot("field", "Company"),
        "</body></html>",
    ]
    text: Text = (
        "Bonjour ",
        Slot("field", "FirstName", fallback="vous", place="plain", escape=False),
        "\n\n" + "Lire la suite\n" * 40,
    )
    return Compiled(("Le guide de l’automne",), tuple(parts), text, links, ("FirstName", "Company"))


@contextmanager
def sink() -> Iterator[int]:
    """Run a mail server in a process of its own; yield its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.smtp_sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


def mailing_to(leads: int) -> ListEmail:
    """Make a mailing under way to so many leads."""
    mailing = ListEmail.objects.create(name="Bench", status=SENDING, launched_by_id=actor().user_id)
    contents.freeze(mailing, [Variant(0, "Lead", "Vauban", "bonjour@vauban.example", letter())])
    with transaction.atomic():
        freezing.insert(mailing, LEADS, [leads], timezone.now())
    return mailing


def measure(leads: int) -> Iterator[Figure]:
    """Yield messages per core-second, how much faster that is, and the memory with a million recipients."""
    domain = domains.add("vauban.example")
    with sink() as port:
        Server.objects.create(name="Bench", host="127.0.0.1", port=port, security="none", connections=4)
        yield memory()
        runner.run(mailing_to(50).pk, seconds=60)  # reads once what every process reads once
        mailing = mailing_to(min(leads, MAILS))
        begin, wall = time.process_time(), time.perf_counter()
        runner.run(mailing.pk, seconds=600)
        spent, lasted = time.process_time() - begin, time.perf_counter() - wall
        sent = Recipient.objects.filter(list_email=mailing, state=State.SENT).count()
        assert sent == mailing.recipients.count() > 1000, sent
        ours = sent / spent
        slow = SLOWLY / slowly(port, domain)
        yield Figure(
            f"compose, sign twice, hand over, mark: {sent:,} mails of 28 kB, a core-second",
            per_second(ours),
            target=">= 1,000/s",
            reached=ours >= 1000,
        )
        yield Figure("the same by the wall clock", per_second(sent / lasted))
        yield Figure(
            "the same through EmailMultiAlternatives, dkimpy (RSA only) and smtplib",
            per_second(ours),
            per_second(slow),
            times(ours / slow),
            ">= 10x",
            ours >= 10 * slow,
        )


def slowly(port: int, domain: SendingDomain) -> float:
    """Return the processor seconds of the usual way, nothing marked and nothing read."""
    made = letter()
    key = sealed.opened(domain.rsa_key).encode()
    backend = _Signing(key, domain.rsa_selector.encode(), host="127.0.0.1", port=port, use_tls=False)
    backend.open()
    begin = time.process_time()
    for n in range(SLOWLY):
        links = [addresses.click(n + 1, 1, place) for place in range(LINKS)]
        html = "".join(
            part if isinstance(part, str) else links[int(part.value)] if part.kind == "link" else "Zoé"
            for part in made.html
        )
        mail = EmailMultiAlternatives(
            "Le guide de l’automne",
            "Bonjour Zoé",
            "Vauban <bonjour@vauban.example>",
            [f"p{n}@dest.example"],
            headers={
                "List-Unsubscribe": f"<{addresses.opt_out(n + 1)}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        mail.attach_alternative(html, "text/html")
        backend.send_messages([mail])
    spent = time.process_time() - begin
    backend.close()
    return spent


class _Signing(EmailBackend):
    """Django's backend with a signature, as its users write it."""

    def __init__(self, key: bytes, selector: bytes, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self._key, self._selector = key, selector

    def _send(self, email_message: EmailMultiAlternatives) -> bool:
        raw = email_message.message().as_bytes(linesep="\r\n")
        signed = dkim.sign(
            raw, self._selector, b"vauban.example", self._key, canonicalize=(b"relaxed", b"relaxed")
        )
        assert self.connection is not None
        self.connection.sendmail(email_message.from_email, email_message.recipients(), signed + raw)
        return True


def memory() -> Figure:
    """Return what sending adds to the process while a million recipients wait."""
    mailing = mailing_to(3 * runner.BATCH)
    people = NUMBERS[connection.vendor]
    later = timezone.now().replace(year=timezone.now().year + 1)
    drawn = (
        "SELECT 2 AS kind, 100000000 + i AS person_id, 'p' || i || '@x.example' AS address, NULL AS reason "
        f"FROM ({people}) AS m"
    )
    with transaction.atomic():
        freezing.insert(mailing, drawn, [MILLION], later)
    before = _resident()
    runner.run(mailing.pk, seconds=120)
    assert Recipient.objects.filter(list_email=mailing, state=State.SENT).count() == 3 * runner.BATCH
    grown = max(0.0, (_peak() - before) / MEGABYTE)
    return Figure(
        f"memory that sending adds with {MILLION:,} recipients waiting",
        f"{grown:.0f} MB",
        f"{before / MEGABYTE:.0f} MB before",
        target="<= 80 MB",
        reached=grown <= 80,
    )


def _resident() -> int:
    """Return the bytes in memory now, and begin to look for the peak anew."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    line = next(
        one for one in Path("/proc/self/status").read_text("ascii").splitlines() if one.startswith(name)
    )
    return int(line.split()[1]) * 1024
