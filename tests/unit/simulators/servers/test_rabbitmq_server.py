"""A private RabbitMQ: comes up, survives a kill with its confirmed messages, leaves nothing behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from tellerline.simulators.servers import RabbitmqServer, ServerFailedError


@contextmanager
def _channel(url: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        connection.close()


def test_a_confirmed_message_outlives_a_kill(rabbitmq_server: RabbitmqServer) -> None:
    with _channel(rabbitmq_server.url) as channel:
        channel.confirm_delivery()
        channel.queue_declare("kept", durable=True)
        channel.basic_publish("", "kept", b"money", pika.BasicProperties(delivery_mode=2))
    rabbitmq_server.write_queues_down()
    rabbitmq_server.kill()
    assert not rabbitmq_server.running
    with pytest.raises(pika.exceptions.AMQPConnectionError), _channel(rabbitmq_server.url):
        pass
    rabbitmq_server.start()
    with _channel(rabbitmq_server.url) as channel:
        assert channel.basic_get("kept", auto_ack=True)[2] == b"money"


def test_control_speaks_to_this_node(rabbitmq_server: RabbitmqServer) -> None:
    with _channel(rabbitmq_server.url) as channel:
        channel.queue_declare("seen-by-control", durable=True)
    assert "seen-by-control" in rabbitmq_server.control("list_queues", "name")
    with pytest.raises(ServerFailedError, match="rabbitmqctl ended"):
        rabbitmq_server.control("no-such-command")


def test_a_stranger_without_the_password_is_refused(rabbitmq_server: RabbitmqServer) -> None:
    url = rabbitmq_server.url.replace("tellerline:", "guest:guest")
    with pytest.raises(pika.exceptions.AMQPConnectionError), _channel(url):
        pass


def test_the_shared_server_answers(rabbitmq_url: str) -> None:
    assert os.environ.get("TELLERLINE_TEST_RABBITMQ") in (None, rabbitmq_url)
    with _channel(rabbitmq_url) as channel:
        assert channel.is_open
