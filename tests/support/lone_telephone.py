"""One telephone at an extension, answering every call, until it is killed: ``lone_telephone.py NUMBER SERVER``."""

from __future__ import annotations

import asyncio
import os
import sys

from telephones import Exchange


async def main(number: str, server: str) -> None:
    async with Exchange(server, os.environ["TELEPHONE_PASSWORD"], 0, {}) as exchange:
        await exchange.telephone(number, 440, registers=True)
        print("ready", flush=True)  # noqa: T201 its parent reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
