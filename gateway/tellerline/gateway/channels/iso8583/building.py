"""The channel put together from its settings and the platform that it stands on."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from tellerline.adapters.clock import Clock, Randomness
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.channels.grpc.admission import Admission
from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.channels.grpc.rules import CallRules
from tellerline.gateway.channels.grpc.status import StatusWriter
from tellerline.gateway.channels.iso8583.connection import Counter
from tellerline.gateway.channels.iso8583.dates import DateRules
from tellerline.gateway.channels.iso8583.desk import Desk
from tellerline.gateway.channels.iso8583.gatekeeper import Gatekeeper
from tellerline.gateway.channels.iso8583.hsm.port import Hsm, HsmError
from tellerline.gateway.channels.iso8583.hsm.software import SoftwareHsm, read_own_key
from tellerline.gateway.channels.iso8583.server import Iso8583Front
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.channels.iso8583.terminals import read_terminals
from tellerline.gateway.channels.iso8583.work.account_work import AccountWork
from tellerline.gateway.channels.iso8583.work.cards import CardDesk
from tellerline.gateway.channels.iso8583.work.cash import CashWork
from tellerline.gateway.channels.iso8583.work.enquiries import Enquiries
from tellerline.gateway.channels.iso8583.work.network import NetworkManagement
from tellerline.gateway.channels.iso8583.work.platform import Platform
from tellerline.gateway.channels.iso8583.work.proofs import Cards
from tellerline.gateway.channels.iso8583.work.repeats import Books, Repeats
from tellerline.gateway.channels.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the channel stands on. ``zone`` is the bank's."""

    services: Iterable[Service]
    registry: Cards
    books: Books
    clock: Clock
    randomness: Randomness
    log: Log
    metrics: Metrics
    zone: tzinfo


def build_front(settings: AtmSettings, ground: Ground) -> Iso8583Front:
    """Ready to start. Raises ``TerminalError`` or ``HsmError`` for files and modules that cannot be used."""
    terminals = read_terminals(settings.terminals)
    hsm = build_hsm(settings, ground.randomness)
    rules = CallRules(
        clock=ground.clock,
        settings=FrontSettings(default_deadline=settings.answer_within, maximum_deadline=settings.answer_within),
        statuses=StatusWriter(ground.randomness, ground.log),
        admission=Admission(settings.running),
    )
    dates = DateRules(settings.tolerance(), ground.zone)
    counter = Counter(
        settings=settings,
        gatekeeper=Gatekeeper(terminals, hsm, dates, ground.clock),
        desk=_desk(ground, hsm, rules),
        hsm=hsm,
        clock=ground.clock,
        log=ground.log,
        metrics=ground.metrics,
    )
    return Iso8583Front(counter, terminals)


def build_hsm(settings: AtmSettings, randomness: Randomness) -> Hsm:
    """The module that the settings name. Raises ``HsmError``."""
    if settings.hsm == "software":
        if settings.hsm_key is None:
            raise HsmError("atm.hsm_key: the software HSM needs a file with its own key")
        try:
            own = read_own_key(settings.hsm_key)
        except OSError as error:
            raise HsmError(f"atm.hsm_key: {settings.hsm_key}: {error.strerror}") from None
        return SoftwareHsm(own, randomness, production=settings.mode == "production")
    module, _, name = settings.hsm.partition(":")
    try:
        made: Hsm = getattr(importlib.import_module(module), name)(settings)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise HsmError(f"atm.hsm: {settings.hsm!r} names no module and function for it: {error}") from None
    return made


def _desk(ground: Ground, hsm: Hsm, rules: CallRules) -> Desk:
    platform = Platform(ground.services, rules)
    cards = CardDesk(
        platform=platform, registry=ground.registry, hsm=hsm, clock=ground.clock, randomness=ground.randomness
    )
    return Desk(
        network=NetworkManagement(hsm),
        cards=cards,
        enquiries=Enquiries(platform=platform, cards=cards, clock=ground.clock, zone=ground.zone),
        cash=CashWork(platform=platform, cards=cards),
        accounts=AccountWork(platform=platform, cards=cards, registry=ground.registry),
        repeats=Repeats(ground.books),
        rules=rules,
    )
