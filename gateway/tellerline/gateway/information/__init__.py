"""The tables of public information in effect: kept hot, and changed by two people."""
