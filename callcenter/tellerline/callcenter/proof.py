"""What a caller's PIN has earned."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Proof:
    """``customer`` (``customers/…``) has proved who he is; ``token`` is the gateway's grant for it, a secret."""

    customer: str
    token: str = field(repr=False)
