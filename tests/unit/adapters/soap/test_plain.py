"""What is told to be canonical by its looks is what a parser and canonical XML make of it, and no more than that."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tellerline.adapters.soap.envelope import parse
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.plain import plain_content
from tellerline.adapters.soap.wss import CLOSING, OPENING, canonical

DEFAULT, NAMED = ' xmlns="urn:x"', ' xmlns:p="urn:x"'
UNPREFIXED = plain_content(DEFAULT)
PREFIXED = plain_content(NAMED, "p:", "(?:p:)?")


def canonically(content: bytes) -> bytes | None:
    """The canonical form of a Body's content, by way of a parser; None if that refuses it."""
    try:
        body = canonical(parse(b"%b<s:Body>%b</s:Body>%b" % (OPENING, content, CLOSING))[0])
    except UnreadableReplyError:
        return None
    return body[body.index(b">") + 1 : body.rindex(b"</")]


TEXTS = st.text(
    st.one_of(st.sampled_from("\t\n\"'=/!?;交😀\x7f\x85\ufeff\ufffd\uff0c"), st.characters(codec="utf-8")), max_size=4
).map(
    lambda text: (
        "".join(each for each in text if each >= " " or each in "\t\n")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
    )
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 7) -> str:
    name = draw(st.sampled_from(["a", "b", "A.b-c", "_1"]))
    children = draw(st.lists(elements(depth - 1), max_size=2)) if depth else []
    inside = "".join(draw(TEXTS) + child for child in children) + draw(TEXTS)
    return f"<{name}>{inside}</{name}>"


def documents(prefix: str, namespace: str) -> st.SearchStrategy[bytes]:
    start = f"<{prefix}r{namespace}>"
    return st.lists(elements(3), max_size=3).map(lambda each: f"{start}{''.join(each)}</{prefix}r>".encode())


ODD = st.one_of(
    st.text(st.sampled_from("<>&;]/!?\0\x01\t\n\r \x7f\x85\"'=:\ud7ff\ufeff\ufffe\uffff交ab"), max_size=4).map(
        lambda text: text.encode()
    ),
    st.binary(max_size=3),
    st.sampled_from([b"</a>", b"<a>", b"<a></a>", b"<a/>", b"&amp;", b"&#xD;", b"&#13;", b"<p:a></p:a>", b"<!---->"]),
)


@given(elements())
def test_canonical_elements_are_recognised(element: str) -> None:
    content = element.encode()
    assert canonically(content) == content
    assert plain_content("")(content) or b"\xef\xbf" in content


@given(documents("", DEFAULT) | documents("p:", NAMED), st.data())
def test_nothing_else_is(document: bytes, data: st.DataObject) -> None:
    position, drop = data.draw(st.integers(0, len(document))), data.draw(st.integers(0, 3))
    content = document[:position] + data.draw(ODD) + document[position + drop :]
    if UNPREFIXED(content) or PREFIXED(content):
        assert canonically(content) == content


@given(st.lists(st.sampled_from([b"<a>", b"</a>", b"<b>", b"</b>", b"x", b"&lt;", b"<a/>", b"]]>"]), max_size=12))
@example([b"<a>", b"<b>", b"</a>", b"</b>"])
def test_tags_that_do_not_match_are_not_plain(pieces: list[bytes]) -> None:
    content = b"<r>%b</r>" % b"".join(pieces)
    assert plain_content("")(content) == (canonically(content) == content)


@pytest.mark.parametrize(
    "content",
    [
        b"<a/>",
        b"<a ></a>",
        b"<a></a >",
        b"<a></A>",
        b"<a b='c'></a>",
        b'<a xmlns=""></a>',
        b"<a><b xmlns='urn:x'></b></a>",
        b"<a>></a>",
        b"<a>&quot;</a>",
        b"<a>&#xd;</a>",
        b"<a>&#13;</a>",
        b"<a>\r</a>",
        b"<a></a>\r\n",
        b"<a>\x00</a>",
        b"<a>\x1f</a>",
        b"<a>\xff</a>",
        b"<a>\xed\xa0\x80</a>",
        b"<a>\xc0\xbc</a>",
        b"<a>\xef\xbf\xbe</a>",
        b"<a>\xef\xbf\xbf</a>",
        b"<a><!-- --></a>",
        b"<a><?b?></a>",
        b"<a><![CDATA[]]></a>",
        b"<1></1>",
        b"<:a></:a>",
    ],
)
def test_what_is_not_written_canonically_is_not_plain(content: bytes) -> None:
    assert not plain_content("")(content)
    assert canonically(content) != content


@pytest.mark.parametrize(
    "content", [b"", b"x", b" <a></a>", b"<a></a><a></a>", b'<a b="c"></a>', b"<a>\xef\xbf\xbd</a>"]
)
def test_some_that_is_canonical_is_left_to_the_parser(content: bytes) -> None:
    assert not plain_content("")(content)
    assert canonically(content) == content


def test_names_have_the_prefixes_that_are_known() -> None:
    inside = b"<a></a><p:a></p:a>"
    assert PREFIXED(b'<p:r xmlns:p="urn:x">%b</p:r>' % inside)
    assert not PREFIXED(b'<p:r xmlns:p="urn:x">%b<q:a></q:a></p:r>' % inside)
    assert not PREFIXED(b'<r xmlns="urn:x">%b</r>' % inside)
    assert not UNPREFIXED(b'<r xmlns="urn:x">%b</r>' % inside)
    assert not plain_content(NAMED, "p:", "p:")(b'<p:r xmlns:p="urn:x">%b</p:r>' % inside)


def test_what_is_nested_deeper_is_left_to_the_parser() -> None:
    """Which has a bound of its own."""
    assert plain_content("")(b"<a>" * 8 + b"</a>" * 8)
    assert not plain_content("")(b"<a>" * 9 + b"</a>" * 9)


@pytest.mark.parametrize(
    "piece", [b"<a>", b"<a></a>", b"<a><a><a></a></a></a>", b"&amp;", b"a", b"a:", b"<a>x", b"<a><a></a>", b"&", b"<"]
)
def test_it_takes_no_longer_than_it_is_long(piece: bytes) -> None:
    """A pattern that went back and tried again would never come to an end here."""
    for start in (b"<r>", b"<r><", b"<r><a><a><a>"):
        assert not plain_content("")(start + piece * (200_000 // len(piece)))
