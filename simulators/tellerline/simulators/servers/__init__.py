"""Private PostgreSQL and RabbitMQ servers on loopback, from the machine's own binaries: for tests and benchmarks."""

from tellerline.simulators.servers.errors import ServerFailedError, ServerMissingError
from tellerline.simulators.servers.postgresql import PostgresqlServer
from tellerline.simulators.servers.rabbitmq import RabbitmqServer

__all__ = ["PostgresqlServer", "RabbitmqServer", "ServerFailedError", "ServerMissingError"]
