"""Tickets: kinds, flows, clocks in working time, and what a command does to a ticket. No I/O, no clock of its own."""
