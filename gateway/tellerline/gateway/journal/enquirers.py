"""Enquiries about an account in SQLite, found by who made them: a second index over all of them costs the writer more
than all that an answer needs.

The index by account leaves out what a customer enquired. Who has ever enquired about an account is in ``enquirers``
from the same commit on, whoever writes; there the customer's own index takes over. It names the account too: of what
he enquired about others no row is read, only the index's entry.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import islice

from sqlalchemy import bindparam, select

from tellerline.adapters.store.statements import Row, Statement, Steps
from tellerline.gateway.journal import searching
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import Search
from tellerline.gateway.journal.schema import AN_ENQUIRY, BY_ITS_ACCOUNT, enquirers

ENQUIRERS = Statement(select(enquirers.c.customer).where(enquirers.c.account == bindparam("about")), "about")


async def page(database: Database, wanted: Search) -> list[Row]:
    """As ``searching.page``; all that a page is made of is read at one moment, or a row could be on none."""
    if _by_account(wanted):
        return await database.snapshot(search, wanted)
    return await database.read(search, wanted)


def search(wanted: Search) -> Steps[list[Row]]:
    """As ``searching.search``: the same rows in the same order."""
    if not _by_account(wanted):
        return (yield from searching.search(wanted))
    pages = [(yield from searching.search(wanted, BY_ITS_ACCOUNT))]
    for (customer,) in (yield ENQUIRERS, (wanted.account,)):
        pages.append((yield from searching.search(replace(wanted, customer=customer), AN_ENQUIRY)))
    return list(islice(heapq.merge(*pages, key=_age, reverse=True), wanted.limit))


def _by_account(wanted: Search) -> bool:
    """Whether nothing else that is asked for finds few rows by an index of all of them."""
    named = wanted.global_serial or wanted.channel_serial or wanted.host_serial or wanted.customer or wanted.call
    return bool(wanted.account) and not named


def _age(row: Row) -> tuple[int, str]:
    accepted_at, serial = row[13], row[0]
    return accepted_at, serial
