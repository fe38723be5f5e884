"""Credit host: fixed-length records over MQ, as `credit.cpy` beside this file says."""
