"""Service handlers: messages in, messages out, through the ports of the platform."""
