"""Binds fault tests to each broker."""

from mq_fixtures import memory, world

__all__ = ["memory", "world"]
