"""An automated teller machine: it speaks ISO 8583 to an acquirer, and owes nobody money after any failure."""
