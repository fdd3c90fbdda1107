"""DKIM signatures (RFC 6376), RSA-2048 and Ed25519 (RFC 8463), both relaxed/relaxed, over what the composer prepared."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

BITS = 2048
FOLD = 70  # characters of a signature on one line
PADDING = PKCS1v15()
DIGEST = Prehashed(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Signer:
    """The keys of a domain. Either may be missing while its record is not published."""

    domain: str
    rsa_selector: str = ""
    rsa_key: rsa.RSAPrivateKey | None = None
    ed_selector: str = ""
    ed_key: ed25519.Ed25519PrivateKey | None = None

    def prepared(self, signed: str) -> Prepared:
        """Return what is the same for all messages whose header names `signed` ("from:to:…") are signed."""
        heads: list[tuple[bytes, bytes]] = []
        if self.rsa_key is not None:
            heads.append(_head("rsa-sha256", self.domain, self.rsa_selector, signed))
        if self.ed_key is not None:
            heads.append(_head("ed25519-sha256", self.domain, self.ed_selector, signed))
        return Prepared(self, tuple(heads))


@dataclass(frozen=True, slots=True)
class Prepared:
    """The beginnings of the signature headers: as sent, and relaxed."""

    signer: Signer
    heads: tuple[tuple[bytes, bytes], ...]

    def headers(self, body_hash: bytes, seconds: int, headers: hashlib._Hash) -> bytes:
        """Return the signature headers; `headers` has hashed the relaxed signed headers in their order."""
        out: list[bytes] = []
        keys = [key for key in (self.signer.rsa_key, self.signer.ed_key) if key is not None]
        tail = b"t=%d; bh=%s" % (seconds, b64encode(body_hash))
        for (wire, relaxed), key in zip(self.heads, keys, strict=True):
            state = headers.copy()
            state.update(relaxed + tail + b"; b=")
            digest = state.digest()
            if isinstance(key, rsa.RSAPrivateKey):
                signature = b64encode(key.sign(digest, PADDING, DIGEST))
            else:
                signature = b64encode(key.sign(digest))
            out += (wire, tail, b";\r\n b=", _folded(signature), b"\r\n")
        return b"".join(out)


def new_rsa() -> rsa.RSAPrivateKey:
    """Return a new key of 2048 bits: the longest that fits every DNS."""
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def new_ed() -> ed25519.Ed25519PrivateKey:
    """Return a new Ed25519 key."""
    return ed25519.Ed25519PrivateKey.generate()


def record(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    """Return the text of the TXT record that publishes a key."""
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={b64encode(raw).decode('ascii')}"
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(der).decode('ascii')}"


def dumped(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    """Return a private key as PEM; whoever stores it seals it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def loaded(pem: str) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    """Return the private key of a PEM that `dumped` made."""
    key = serialization.load_pem_private_key(pem.encode("ascii"), None)
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        message = "neither RSA nor Ed25519"
        raise TypeError(message)
    return key


def _head(algorithm: str, domain: str, selector: str, signed: str) -> tuple[bytes, bytes]:
    parts = (f"v=1; a={algorithm}; c=relaxed/relaxed; d={domain};", f"s={selector};", f"h={signed};")
    wire = "DKIM-Signature: " + "\r\n ".join(parts) + "\r\n "
    relaxed = "dkim-signature:" + " ".join(parts) + " "
    return wire.encode("ascii"), relaxed.encode("ascii")


def _folded(signature: bytes) -> bytes:
    return b"\r\n ".join([signature[at : at + FOLD] for at in range(0, len(signature), FOLD)])
