"""The end of the day: a host's day file compared with the journal, doubts resolved by it, a case per difference."""
