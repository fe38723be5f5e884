"""A host in its first hour: one operation in records over a message queue, copied by `just new-host NAME mq`."""
