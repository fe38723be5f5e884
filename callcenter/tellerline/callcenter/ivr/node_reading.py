"""The tables of nodes, kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tellerline.callcenter.ivr.flow import (
    AnyNode,
    Callback,
    CallOperation,
    Choose,
    Collect,
    CollectSecret,
    End,
    GoTo,
    HangUp,
    Menu,
    Option,
    Patience,
    Play,
    Queue,
    Transfer,
    Typed,
    Voicemail,
    When,
)
from tellerline.routing.calls.reading import Reader

KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a file says once for all its nodes."""

    barge_in: bool
    tries: int
    first: int
    between: int
    wrong: str
    silent: str
    failed: str

    @classmethod
    def read(cls, reader: Reader) -> Defaults:
        return cls(
            barge_in=reader.flag("barge_in", True),
            tries=reader.whole("tries", 3, 1, 9),
            first=reader.whole("first", 8, 1, 120),
            between=reader.whole("between", 5, 1, 60),
            wrong=reader.text("wrong", ""),
            silent=reader.text("silent", ""),
            failed=reader.text("failed", ""),
        )


def read_node(kind: str, name: str, reader: Reader, defaults: Defaults) -> AnyNode:
    """``kind`` is one of ``KINDS``. Mistakes are noted by the reader."""
    return KINDS[kind](name, reader, defaults)


def _patience(reader: Reader, defaults: Defaults) -> Patience:
    wrong, silent, failed = (
        _given(reader, key, default)
        for key, default in (("wrong", defaults.wrong), ("silent", defaults.silent), ("failed", defaults.failed))
    )
    return Patience(
        tries=reader.whole("tries", defaults.tries, 1, 9),
        first=reader.whole("first", defaults.first, 1, 120),
        between=reader.whole("between", defaults.between, 1, 60),
        wrong=wrong,
        silent=silent,
        failed=failed,
    )


def _given(reader: Reader, key: str, default: str) -> str:
    return reader.text(key, default) if default else reader.text(key)


def _prompts(reader: Reader, key: str = "prompts", least: int = 1) -> tuple[str, ...]:
    prompts = reader.words(key)
    if len(prompts) < least:
        reader.note(key, "needs one prompt at least")
    return prompts


def _when(reader: Reader) -> When:
    if not reader.has("when"):
        return When()
    inner = reader.table("when")
    return When({name: inner.words(name) for name in inner.names})


def _play(name: str, reader: Reader, defaults: Defaults) -> Play:
    barge_in = reader.flag("barge_in", defaults.barge_in)
    return Play(id=name, prompts=_prompts(reader), next=reader.text("next"), barge_in=barge_in)


def _options(reader: Reader) -> tuple[Option, ...]:
    options = []
    for part in reader.listed_tables("options"):
        options.append(
            Option(
                key=part.word("key", KEYS),
                prompt=part.text("prompt", ""),
                next=part.text("next"),
                when=_when(part),
                set=part.texts("set"),
            )
        )
    return tuple(options)


def _menu(name: str, reader: Reader, defaults: Defaults) -> Menu:
    options = _options(reader)
    if not options:
        reader.note("options", "needs one at least")
    return Menu(
        id=name,
        prompts=_prompts(reader, least=0),
        options=options,
        patience=_patience(reader, defaults),
        barge_in=reader.flag("barge_in", defaults.barge_in),
    )


def _choose(name: str, reader: Reader, defaults: Defaults) -> Choose:
    cases = tuple((_when(part), part.text("next")) for part in reader.listed_tables("cases"))
    return Choose(id=name, cases=cases, otherwise=reader.text("otherwise"))


def _collect(name: str, reader: Reader, defaults: Defaults) -> Collect:
    least = reader.whole("least", 1, 1, 40)
    return Collect(
        id=name,
        prompts=_prompts(reader),
        into=reader.text("into"),
        typed=Typed(reader.word("typed", Typed, Typed.DIGITS)),
        least=least,
        most=reader.whole("most", None, least, 40),
        strict=reader.flag("strict", False),
        next=reader.text("next"),
        patience=_patience(reader, defaults),
        barge_in=reader.flag("barge_in", defaults.barge_in),
    )


def _collect_secret(name: str, reader: Reader, defaults: Defaults) -> CollectSecret:
    return CollectSecret(
        id=name,
        prompts=_prompts(reader),
        length=reader.whole("length", 6, 4, 12),
        next=reader.text("next"),
        patience=_patience(reader, defaults),
    )


def _call(name: str, reader: Reader, defaults: Defaults) -> CallOperation:
    return CallOperation(
        id=name,
        operation=reader.text("operation"),
        fields=reader.texts("fields"),
        prompts=_prompts(reader, least=0),
        seconds=reader.whole("seconds", 20, 1, 120),
        done=reader.text("done"),
        refused=reader.texts("refused"),
        otherwise=reader.text("otherwise"),
        unknown=reader.text("unknown"),
    )


def _queue(name: str, reader: Reader, defaults: Defaults) -> Queue:
    announce = _prompts(reader, "announce", least=0)
    return Queue(
        id=name,
        queue=reader.text("queue"),
        prompts=_prompts(reader, least=0),
        announce=announce,
        announce_next=_prompts(reader, "announce_next", least=0) if reader.has("announce_next") else announce,
        every=reader.whole("every", 30, 5, 600),
        options=_options(reader),
        released=reader.text("released"),
        closed=reader.text("closed"),
    )


def _callback(name: str, reader: Reader, defaults: Defaults) -> Callback:
    texts = {key: reader.text(key) for key in ("queue", "number", "done", "refused")}
    return Callback(id=name, **texts)


def _voicemail(name: str, reader: Reader, defaults: Defaults) -> Voicemail:
    return Voicemail(
        id=name,
        prompts=_prompts(reader),
        box=reader.text("box"),
        most=reader.whole("most", 120, 5, 600),
        silence=reader.whole("silence", 6, 0, 60),
        next=reader.text("next"),
    )


def _transfer(name: str, reader: Reader, defaults: Defaults) -> Transfer:
    return Transfer(
        id=name,
        prompts=_prompts(reader, least=0),
        to=reader.text("to"),
        result=reader.text("result", ""),
        failed=reader.text("failed"),
    )


def _hang_up(name: str, reader: Reader, defaults: Defaults) -> HangUp:
    return HangUp(id=name, prompts=_prompts(reader, least=0))


def _go_to(name: str, reader: Reader, defaults: Defaults) -> GoTo:
    return GoTo(id=name, flow=reader.text("flow"), then=reader.texts("then"))


def _end(name: str, reader: Reader, defaults: Defaults) -> End:
    return End(id=name, result=reader.text("result"))


KINDS: Mapping[str, Callable[[str, Reader, Defaults], AnyNode]] = {
    "play": _play,
    "menu": _menu,
    "choose": _choose,
    "collect": _collect,
    "collect_secret": _collect_secret,
    "call": _call,
    "queue": _queue,
    "callback": _callback,
    "voicemail": _voicemail,
    "transfer": _transfer,
    "hang_up": _hang_up,
    "flow": _go_to,
    "end": _end,
}
