"""The telephone switch behind a port: what a call controller asks of any switch, and what it hears from it."""
