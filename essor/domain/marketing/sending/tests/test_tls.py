"""Encrypted connections: whom we trust, whom we do not, and that no password leaves without encryption."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from essor.domain.marketing.sending import testing
from essor.domain.marketing.sending.models import Server
from essor.domain.marketing.sending.results import Outcome, ServerRefuses
from essor.domain.marketing.sending.tests.sink import anybody, sink
from essor.domain.marketing.sending.tests.test_smtp import messages, send
from essor.domain.marketing.sending.wire import Address

DAY = timedelta(days=1)
Security = str


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of the test alone."""

    key: ec.EllipticCurvePrivateKey
    name: x509.Name
    folder: Path

    def trusted(self) -> ssl.SSLContext:
        """Return what a client trusts who trusts this authority."""
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))

    def server(self, host: str = "localhost", until: timedelta = DAY) -> ssl.SSLContext:
        """Return what a server needs to show a certificate for `host`."""
        key, name = ec.generate_private_key(ec.SECP256R1()), f"{host}-{until.days}.pem"
        made = _certificate(x509.Name([]), self.name, key, self.key, until, host).public_bytes(
            serialization.Encoding.PEM
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self.folder / name).write_bytes(private + made)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / name)
        return context


def _certificate(
    whose: x509.Name,
    by: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    until: timedelta,
    host: str = "",
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(whose).issuer_name(by).public_key(key.public_key())
    builder = (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * DAY)
        .not_valid_after(now + until)
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make the authority."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    found = Authority(ec.generate_private_key(ec.SECP256R1()), name, tmp_path_factory.mktemp("certificates"))
    made = _certificate(name, name, found.key, found.key, DAY)
    (found.folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return found


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_over_a_connection_that_can_be_trusted(authority: Authority, security: Security) -> None:
    secret = {"auth_required": True, "authenticator": anybody}
    context = authority.server()
    secure = (
        {"tls": context, **secret}
        if security == "starttls"
        else {"at_once": context, "auth_require_tls": False, **secret}
    )
    with sink(**secure) as server:
        address = Address("localhost", server.port, security, "essor", "sesame", context=authority.trusted())
        found = send(address, messages("ana", "bob"))
    assert {one.outcome for one in found.values()} == {Outcome.SENT}
    assert server.mailed == ["ana@dest.example", "bob@dest.example"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (lambda one: one.server("mail.elsewhere.example"), "made out to another name"),
        (lambda one: one.server(until=-DAY), "has expired"),
    ],
)
def test_a_wrong_certificate_is_refused(
    authority: Authority, security: Security, shown: Callable[[Authority], ssl.SSLContext], why: str
) -> None:
    context = shown(authority)
    with sink(tls=context) if security == "starttls" else sink(at_once=context) as server:
        address = Address("localhost", server.port, security, "essor", "sesame", context=authority.trusted())
        with pytest.raises(ServerRefuses, match=why):
            send(address, messages("ana"))
    assert not server.got


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_set_up_says_what_is_wrong_with_a_certificate(authority: Authority, security: Security) -> None:
    context = authority.server()
    with sink(tls=context) if security == "starttls" else sink(at_once=context) as server:
        row = Server(name="Own", host="localhost", port=server.port, security=security)
        with pytest.raises(ServerRefuses, match=f"localhost:{server.port} .*nobody whom we trust"):
            testing.try_server(row)


def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    tried: list[object] = []

    def noted(*arguments: object) -> object:
        tried.append(arguments)
        return anybody(*arguments)  # type: ignore[arg-type]

    # Somebody on the way may have taken STARTTLS out of the server's greeting.
    with sink(auth_require_tls=False, authenticator=noted) as server:
        with pytest.raises(ServerRefuses, match="offers no STARTTLS"):
            send(Address("127.0.0.1", server.port, "starttls", "essor", "sesame"), messages("ana"))
        with pytest.raises(ServerRefuses, match="password is not sent without encryption"):
            send(Address("127.1", server.port, "none", "essor", "sesame"), messages("ana"))
    assert (tried, server.got) == ([], [])
