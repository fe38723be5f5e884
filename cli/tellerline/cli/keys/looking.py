"""What is wrong, or soon will be, with certificates and private keys."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pydantic import BaseModel

from tellerline.adapters.rpc.identity import certificate_identity

SOON = timedelta(days=30)
_MOST = 1 << 20
_PAIRS = {"key": "certificate", "client_key": "client_certificate", "signing_key": "signing_certificate"}
"""Settings of a key, with that of its certificate in the same table."""


@dataclass(frozen=True, slots=True)
class Looked:
    """``bad`` does not work, or soon will not in production; ``note`` will be bad within 30 days."""

    file: Path
    verdict: Literal["ok", "note", "bad"]
    text: str
    identity: str = ""
    until: datetime | None = None


def look_at(file: Path, now: datetime) -> list[Looked]:
    """A finding for what is in a file: every certificate, a private key, a ``.key`` of another kind that others may
    read. Empty for a file that holds none of these.
    """
    try:
        content = file.read_bytes()[:_MOST]
    except OSError as error:
        return [Looked(file, "bad", error.strerror or str(error))]
    found: list[Looked] = []
    if b"-----BEGIN CERTIFICATE-----" in content:
        found += _certificates(file, content, now)
    if b"PRIVATE KEY-----" in content:
        found.append(_private(file, content))
    elif file.suffix == ".key" and (open_to_others := _open_to_others(file)):
        found.append(open_to_others)
    return found


def look_at_pair(certificate: Path, key: Path) -> Looked | None:
    """A finding where the key is not the certificate's; None where it is, or one of them cannot be read."""
    try:
        ours = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
        private: Any = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if ours.public_bytes(*form) == private.public_key().public_bytes(*form):
        return None
    return Looked(key, "bad", f"is not the key of {certificate}")


def look_at_settings(settings: BaseModel, now: datetime) -> Iterator[Looked]:
    """Every file that the settings name, and every pair."""
    seen: set[Path] = set()
    for table in _tables(settings):
        for value in _values(table):
            if isinstance(value, Path) and value not in seen:
                seen.add(value)
                yield from look_at(value, now) if value.suffix != ".db" and not value.is_dir() else ()
        fields = {name: value for name, value in table}  # noqa: C416 dict() takes a field called keys for its method
        for key_name, certificate_name in _PAIRS.items():
            certificate, key = fields.get(certificate_name), fields.get(key_name)
            if isinstance(certificate, Path) and isinstance(key, Path):
                mismatch = look_at_pair(certificate, key)
                if mismatch is not None:
                    yield mismatch


def look_at_folder(folder: Path, now: datetime) -> Iterator[Looked]:
    """Certificates with their keys beside them, and keys alone."""
    for file in sorted(folder.iterdir()):
        if file.suffix in {".pem", ".key"}:
            found = look_at(file, now)
            if not found and file.suffix == ".pem":
                found = [Looked(file, "bad", "holds no certificate")]
            yield from found
            if file.suffix == ".pem" and file.with_suffix(".key").exists():
                mismatch = look_at_pair(file, file.with_suffix(".key"))
                if mismatch is not None:
                    yield mismatch


def _certificates(file: Path, content: bytes, now: datetime) -> list[Looked]:
    try:
        return [_certificate(file, each, now) for each in x509.load_pem_x509_certificates(content)]
    except ValueError:
        return [Looked(file, "bad", "is no certificate")]


def _certificate(file: Path, certificate: x509.Certificate, now: datetime) -> Looked:
    until = certificate.not_valid_after_utc
    identity = certificate_identity(certificate.public_bytes(Encoding.PEM))
    if until <= now:
        return Looked(file, "bad", f"expired on {until:%Y-%m-%d}", identity, until)
    if certificate.not_valid_before_utc > now:
        return Looked(file, "bad", f"is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}", identity, until)
    days = (until - now).days
    if until - now <= SOON:
        return Looked(file, "note", f"expires on {until:%Y-%m-%d}, in {days} days", identity, until)
    return Looked(file, "ok", f"valid until {until:%Y-%m-%d}, {days} days", identity, until)


def _open_to_others(file: Path) -> Looked | None:
    mode = stat.S_IMODE(file.stat().st_mode)
    if not mode & 0o077:
        return None
    return Looked(file, "bad", f"private, but others may read it (mode {mode:o}); chmod 600 {file}")


def _private(file: Path, content: bytes) -> Looked:
    if open_to_others := _open_to_others(file):
        return open_to_others
    try:
        load_pem_private_key(content, None)
    except TypeError:
        return Looked(file, "note", "a private key under a password, which nobody can type")
    except (ValueError, UnsupportedAlgorithm):
        return Looked(file, "bad", "is no private key")
    return Looked(file, "ok", "private, its owner's alone")


def _tables(settings: BaseModel) -> Iterator[BaseModel]:
    """The settings and every table in them."""
    yield settings
    for value in _values(settings):
        if isinstance(value, BaseModel):
            yield from _tables(value)


def _values(table: BaseModel) -> Iterator[Any]:
    for _, value in table:
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, tuple | list):
            yield from value
        else:
            yield value
