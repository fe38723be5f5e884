"""The simulated securities host: custody, orders and an exchange of its own, with EBCDIC records over a queue."""
