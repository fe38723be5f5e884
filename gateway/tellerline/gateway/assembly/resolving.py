"""What ends doubts: the pursuit of one, and the resolver that takes up all."""

from __future__ import annotations

from tellerline.gateway.assembly.core import Core
from tellerline.gateway.doubt.pursuit import Pursuit
from tellerline.gateway.doubt.resolver import DoubtResolver
from tellerline.gateway.pipeline.pipeline import TransactionPipeline


def build_pursuit(core: Core) -> Pursuit:
    around = core.around
    return Pursuit(
        journal=around.store.journal,
        settler=core.settler,
        plans=core.plans,
        serials=core.serials,
        limits=core.limits,
        wake=core.wake,
        clock=around.clock,
        metrics=around.metrics,
    )


def build_resolver(core: Core, pipeline: TransactionPipeline) -> DoubtResolver:
    around = core.around
    return DoubtResolver(
        journal=around.store.journal,
        settler=core.settler,
        pursuit=build_pursuit(core),
        losses=core.losses,
        wake=core.wake,
        is_running=pipeline.durables.is_running,
        take_up=pipeline.planned.take_up,
        clock=around.clock,
        metrics=around.metrics,
        log=around.log,
        owner=core.settings.instance,
    )
