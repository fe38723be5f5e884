"""The way of a transaction: who may, what is asked, what is sent, and plans of many legs."""

from __future__ import annotations

from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.desk import PolicyDesk
from tellerline.gateway.access.policy import ChannelDirectory
from tellerline.gateway.access.policy_file import load_policy
from tellerline.gateway.assembly.core import Core
from tellerline.gateway.day.last_known import LastKnownAnswers
from tellerline.gateway.pipeline.durable import DurableRunner
from tellerline.gateway.pipeline.enquiry import EnquiryRunner
from tellerline.gateway.pipeline.pipeline import TransactionPipeline
from tellerline.gateway.pipeline.report import Reporter
from tellerline.gateway.plans.book import PlanBook
from tellerline.gateway.plans.drive import Workshop
from tellerline.gateway.plans.runner import PlanRunner
from tellerline.gateway.plans.sender import LegSender
from tellerline.routing.transactions.plans import discover


def build_directory(core: Core) -> ChannelDirectory:
    """Raises ``PolicyError``."""
    policies = {name: channel.policy() for name, channel in core.settings.channels.items()}
    directory = ChannelDirectory(
        policies,
        load_policy(core.settings.access.policy),
        identities_required=core.settings.identities_required,
    )
    return directory


def build_policy_desk(core: Core, directory: ChannelDirectory) -> PolicyDesk:
    around = core.around
    return PolicyDesk(
        directory=directory,
        history=around.store.routing,
        file=core.settings.access.policy,
        instance=core.settings.instance,
        sweep_seconds=core.settings.sweep_seconds,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
    )


def build_pipeline(core: Core, access: AccessControl) -> TransactionPipeline:
    settings, around = core.settings, core.around
    journal, deadlines = around.store.journal, settings.deadlines.rules()
    enquiries = EnquiryRunner(
        journal=journal,
        mirror=core.mirror,
        last_known=LastKnownAnswers(
            kept=around.store.closed_hosts, losses=core.losses, clock=around.clock, metrics=around.metrics
        ),
        losses=core.losses,
        clock=around.clock,
        deadlines=deadlines,
        limits=core.limits,
        owner=settings.instance,
    )
    durables = DurableRunner(
        journal=journal,
        settler=core.settler,
        evidence=core.late,
        losses=core.losses,
        queue=core.queue,
        clock=around.clock,
        deadlines=deadlines,
        limits=core.limits,
        metrics=around.metrics,
        log=around.log,
        owner=settings.instance,
    )
    book = PlanBook(discover(), core.plans)
    planned = _planned(core, book, durables)
    reporter = Reporter(
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        tracing=core.tracing,
        channels=frozenset(settings.channels),
    )
    return TransactionPipeline(
        plans=core.plans,
        access=access,
        limits=core.limits,
        enquiries=enquiries,
        durables=durables,
        composites=book,
        planned=planned,
        serials=core.serials,
        reporter=reporter,
        clock=around.clock,
    )


def _planned(core: Core, book: PlanBook, durables: DurableRunner) -> PlanRunner:
    settings, around = core.settings, core.around
    journal, legs = around.store.journal, around.store.legs
    shop = Workshop(
        journal=journal,
        legs=legs,
        settler=core.settler,
        sender=LegSender(
            durables=durables, routes=core.plans, journal=journal, legs=legs, serials=core.serials, clock=around.clock
        ),
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        owner=settings.instance,
    )
    planned = PlanRunner(
        book=book,
        shop=shop,
        losses=core.losses,
        queue=core.queue,
        deadlines=settings.deadlines.rules(),
        limits=core.limits,
    )
    core.settler.follower = planned.ended
    return planned
