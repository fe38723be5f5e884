"""Headers that tell browsers what they may not do."""

from __future__ import annotations

from typing import Final

from tellerline.gateway.channels.http.settings import HttpSettings

_TWO_YEARS: Final = 63_072_000


def standing_headers(settings: HttpSettings) -> dict[str, str]:
    """On every answer."""
    headers = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if settings.secure:
        headers["strict-transport-security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
    return headers


def data_headers(settings: HttpSettings) -> dict[str, str]:
    """On every answer that is data: nobody keeps it, nothing runs it."""
    return {
        **standing_headers(settings),
        "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "vary": "authorization, accept-language",
    }


def page_headers(settings: HttpSettings) -> dict[str, str]:
    """On files for people: what they load is ours, and they speak with us and the issuer alone."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {settings.issuer_origin}; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return {**standing_headers(settings), "content-security-policy": policy, "cache-control": "no-cache"}


def as_bytes(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """As ASGI wants them."""
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
