"""Hosts' calendars: what is in force, and files put into force anew."""
