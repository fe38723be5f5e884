"""What goes into a site: commands of people, wishes of IVR flows, orders that failed, the state of the switch, time.

Events of the switch (``connectors.telephony.events``) go in as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from tellerline.callcenter.site.orders import Order
from tellerline.callcenter.site.state import Call
from tellerline.callcenter.site.words import Mode, Purpose, Target
from tellerline.connectors.telephony.errors import SwitchReason
from tellerline.connectors.telephony.events import SwitchEvent
from tellerline.connectors.telephony.snapshot import Snapshot
from tellerline.connectors.telephony.switch import SecretPlan
from tellerline.routing.calls.model import AgentProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``actor`` is the agent who commands. ``expected_version`` is that of the call for commands that name a call,
    else of the agent; None: whatever it is."""

    actor: str
    reason: str = ""
    expected_version: int | None = None


# An agent's own state


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Command):
    """签入. ``telephone`` is the address that the switch dials. The agent is not ready at first."""

    profile: AgentProfile
    telephone: str
    leader: bool = False

    @property
    def agent(self) -> str:
        return self.profile.id


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCommand(Command):
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut(AgentCommand):
    """签出, once the present call and the work after it are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BecomeReady(AgentCommand):
    """示闲. It also ends the work after a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BecomeNotReady(AgentCommand):
    """示忙, because of ``cause``. It also ends the work after a call; during a call it takes effect after it."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishWork(AgentCommand):
    """The work after the call is done: on to what is pending, else ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Force(AgentCommand):
    """A leader's 强制示闲, 强制示忙, 强制签出. A call is always finished first. ``hard`` does not wait for the answer
    to an offer but rescinds it, and cuts the work after a call short."""

    to: Target
    hard: bool = False
    cause: str = "FORCED"


# Offers


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReservation(AgentCommand):
    """摘机: the telephone is called and takes the call by itself. Where offers ring, it is refused
    (``ANSWER_BY_TELEPHONE``)."""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectReservation(AgentCommand):
    reservation: str


# The telephony bar during a call; the actor is the agent in the call


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCommand(Command):
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut(CallCommand):
    """呼出. ``call`` is a new id of the caller's own making, but not the site's name with a number (``main-7``), which
    are those of calls that come in. The agent's telephone is called first."""

    number: str
    caller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(CallCommand):
    """The agent leaves the call; with the only agent the call ends, as the site's policy lets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(CallCommand):
    """保持: the caller hears music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(CallCommand):
    pass


@dataclass(frozen=True, slots=True)
class ToAgent:
    agent: str


@dataclass(frozen=True, slots=True)
class ToOutside:
    number: str


Party: TypeAlias = ToAgent | ToOutside


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult(CallCommand):
    """Call a third party while the caller hears music: help, a transfer or a conference once it answers."""

    to: Party
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class EndConsult(CallCommand):
    """Let the third party go, also out of a conference; back to the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confer(CallCommand):
    """Let the caller in on the consultation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTransfer(CallCommand):
    """Leave the caller with the third party of the consultation or conference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToQueue(CallCommand):
    """Put the caller into a queue, as one who enters it now, and leave. The actor is not offered the call again."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToIvr(CallCommand):
    """转自动. With ``returns`` the agent hears music and gets the caller back when the flow ends (with a PIN, say)."""

    flow: str
    node: str = ""
    returns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervise(CallCommand):
    """A leader's 监听, whisper, 强插, 拦截 of ``agent`` in the call; again with another mode while it lasts."""

    agent: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSupervising(CallCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteRecord(CallCommand):
    """事后录入: what the agent writes about the call, the first time. Refused once it is there."""

    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectRecord(CallCommand):
    """The entries given replace those of before, which stay in the history."""

    entries: Mapping[str, str]


# What was recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMessage(Command):
    """Handled, or waiting again. The actor looks after the box."""

    message: str
    handled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFetch(Command):
    """The actor, who may, is about to be given the recording."""

    call: str
    recording: str


# What an IVR flow wants done with its call (also while the call waits in a queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo:
    """The flow has come to ``node``; ``data`` is what it wants to find again after a restart."""

    node: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayPrompts:
    """Stops what is played now. ``TellIvr`` tells the end by ``mark``."""

    prompts: tuple[str, ...]
    language: str = "zh"
    mark: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPrompts:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSecret:
    """Take secret digits; ``TellIvr`` brings the sealed block."""

    plan: SecretPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterQueue:
    """``entered`` keeps a place of before."""

    queue: str
    call_class: str
    language: str | None = None
    licences: frozenset[str] = frozenset()
    clearance: int = 0
    parties: frozenset[str] = frozenset()
    dedicated: str | None = None
    entered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCallback:
    """The waiting caller wants to be called back at ``number`` and keeps his place, once he or his flow hangs up. One
    who does not wait yet ``enters`` a queue for it."""

    number: str
    not_before: datetime | None = None
    enters: EnterQueue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveQueue:
    """The caller waits no longer, and goes on in his flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Know:
    """What is known of the caller for the whole call."""

    known: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEntries:
    """For the call record."""

    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOperator:
    """See the fact ``OperatorAlerted``."""

    operation: str
    code: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMessage:
    """After the tone, until ``silence`` has been heard for so long, or ``EndMessage``; ``TellIvr`` tells the end."""

    box: str
    silence: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMessage:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOut:
    """Call a telephone outside, and leave the caller with it once it answers; if it does not, ``TellIvr`` tells."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescue:
    """The flow has failed. A caller who waits goes on waiting, with music; one whom an agent expects goes back; one
    who has waited gets his place in line back; every other one is put into the site's queue for such callers, or
    cleared where there is none."""

    call_class: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackToAgent:
    """The flow that was entered with ``returns`` is done; ``outcome`` is for the agent, never a secret."""

    outcome: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    pass


Want: TypeAlias = (
    GoTo
    | PlayPrompts
    | StopPrompts
    | AskSecret
    | EnterQueue
    | KeepCallback
    | LeaveQueue
    | Know
    | NoteEntries
    | AlertOperator
    | RecordMessage
    | EndMessage
    | TransferOut
    | Rescue
    | BackToAgent
    | HangUp
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrWants:
    """Wants are carried out in order. ``flow`` must be the one the call is in, else all are refused. What follows the
    entering of a queue is the waiting flow's."""

    call: str
    flow: str
    wants: tuple[Want, ...]


# The rest


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFailed:
    """The switch did not carry out an order of the site."""

    order: Order
    reason: SwitchReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Converge:
    """What is up at the switch now, after a restart of ours or after ``LinkRestored``."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Have an ended call at hand again, as it was archived."""

    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Only carry out what is due."""


Input: TypeAlias = Command | IvrWants | OrderFailed | Converge | Restore | Tick | SwitchEvent
