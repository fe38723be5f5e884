"""Publisher confirms: one by one, many at once, refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pika import spec

from tellerline.adapters.mq.rabbitmq.confirms import Confirms


def ack(tag: int, *, multiple: bool = False) -> SimpleNamespace:
    return SimpleNamespace(method=spec.Basic.Ack(tag, multiple))


def nack(tag: int, *, multiple: bool = False) -> SimpleNamespace:
    return SimpleNamespace(method=spec.Basic.Nack(tag, multiple))


@pytest.fixture
def refused() -> list[str]:
    return []


@pytest.fixture
def confirms(refused: list[str]) -> Confirms:
    made = Confirms(refused.append)
    for correlation in "abcdef":
        made.published(correlation)
    return made


def test_a_refusal_names_the_request(confirms: Confirms, refused: list[str]) -> None:
    confirms.on_confirm(ack(1))
    confirms.on_confirm(nack(3))
    assert refused == ["c"]


def test_a_refusal_of_many_spares_what_was_confirmed(confirms: Confirms, refused: list[str]) -> None:
    confirms.on_confirm(ack(2))
    confirms.on_confirm(nack(4, multiple=True))
    assert refused == ["a", "c", "d"]


def test_a_confirm_of_many_ends_all_of_them(confirms: Confirms, refused: list[str]) -> None:
    confirms.on_confirm(ack(5, multiple=True))
    confirms.on_confirm(nack(6, multiple=True))
    assert refused == ["f"]


def test_what_was_never_published_is_no_matter(confirms: Confirms, refused: list[str]) -> None:
    confirms.on_confirm(nack(99))
    confirms.on_confirm(nack(1))
    confirms.on_confirm(nack(1))
    assert refused == ["a"]
