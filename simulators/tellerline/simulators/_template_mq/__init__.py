"""A simulated host in its first hour: echo, inquiry and reversal over a queue, copied by `just new-host NAME mq`."""
