"""The scenes in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tellerline.cli.demo import scenes
from tellerline.cli.demo.cash_machine import withdraw_at_a_machine
from tellerline.cli.demo.day_end import close_the_day
from tellerline.cli.demo.one_call import answer_a_call, answer_a_real_call
from tellerline.cli.demo.one_complaint import take_a_complaint
from tellerline.cli.demo.stage import Stage
from tellerline.cli.demo.three_channels import transfer_by_every_channel
from tellerline.cli.demo.two_hosts import transfer_to_securities

Scene = Callable[[Stage], Awaitable[None]]
PROGRAMME: tuple[Scene, ...] = (
    scenes.prove_identity,
    scenes.show_balance,
    scenes.show_statement,
    scenes.transfer,
    scenes.transfer_over_limit,
    scenes.transfer_with_lost_reply,
    transfer_to_securities,
    scenes.report_loss,
    scenes.transfer_from_lost_card,
    close_the_day,
    answer_a_call,
    take_a_complaint,
    withdraw_at_a_machine,
    transfer_by_every_channel,
)
ON_ASTERISK: tuple[Scene, ...] = (answer_a_real_call,)
