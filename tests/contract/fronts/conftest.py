"""Binds the suite to each front."""

from front_fixtures import front_name, serve_front, served

__all__ = ["front_name", "serve_front", "served"]
