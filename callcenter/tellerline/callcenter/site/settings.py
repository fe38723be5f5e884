"""What a site is told about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tellerline.callcenter.site.words import ReleasePolicy
from tellerline.routing.calls.model import RoutingPlan
from tellerline.routing.calls.policies import DEFAULT, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """``name`` begins every id that the site makes, and is unique among sites.

    ``flows`` are the flows by number dialled; ``entry_flow`` is that of every other number. ``closing_flow``,
    ``waiting_flow`` and ``voicemail_flow`` may be empty: the caller is cleared, hears music, waits on.
    """

    name: str
    plan: RoutingPlan
    policy: Policy = DEFAULT
    ring_on_offer: bool = True
    """The telephone is called with the offer, and picking up accepts it. Else the bar's answer calls it."""
    offer_timeout: timedelta = timedelta(seconds=20)
    ring: timedelta = timedelta(seconds=40)
    """How long a telephone outside, or a colleague's, rings at most."""
    wrap_up: timedelta = timedelta(seconds=60)
    """How long the work after a call lasts at most; zero: there is none."""
    callback_attempts: int = 3
    callback_retry: timedelta = timedelta(minutes=10)
    releases: ReleasePolicy = ReleasePolicy.CLOSING_FLOW
    entry_flow: str = "main"
    flows: Mapping[str, str] = field(default_factory=dict)
    waiting_flow: str = ""
    closing_flow: str = ""
    voicemail_flow: str = ""
    rescue_queue: str = ""
    """Of callers whose flow failed; without one they are cleared, after an apology."""
    recorded: bool = True
    own_number: str = ""
    """What outside telephones see as the caller."""
    kept_calls: int = 2_000
    """How many calls that have ended are kept at hand at most, so that images stay small; the log keeps all of them."""
    kept_records: timedelta = timedelta(days=7)
    """How long they are at hand. Whoever completes or corrects the record of an older call has it brought back."""
