"""The call centre: agents, calls, queues and tickets, a client of the gateway over its contract alone."""
