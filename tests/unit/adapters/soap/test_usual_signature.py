"""A signed reply of known markup is believed exactly when the parser's way would believe it, and says the same."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from signed_replies import HostSigner

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.soap.credentials import MessageSecurity
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.verifying import ReplyVerifier
from tellerline.adapters.soap.wss import canonical
from tellerline.simulators.corporate.signatures import DevelopmentKeys, HostSignatures

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=7)
KEYS = DevelopmentKeys.make()
SECURITY = MessageSecurity(
    signing_key=KEYS.client_key,
    signing_certificate=KEYS.client_certificate,
    trusted_certificates=KEYS.host_certificate,
)
HOST = HostSignatures(KEYS, VirtualClock(NOW), SeededRandomness(1))
NEXT = HostSignatures(KEYS, VirtualClock(LATER), SeededRandomness(2))
SIGNER = HostSigner(key=KEYS.host_key, certificate=KEYS.host_certificate)


def reply(inside: str = '<Paid xmlns="urn:x"><to>李雷</to><of>1.00</of></Paid>') -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body>{inside}</s:Body></s:Envelope>'.encode()


LESSON = HOST.sign(reply())
OTHER = '<Paid xmlns="urn:x"><to>韩梅梅</to><of>2.00</of><of>3.00</of></Paid>'
SIGNED = NEXT.sign(reply(OTHER))
ODD = st.text(st.sampled_from("<>&;]/!?\0\t\n\r\x1f \"'=\x7f\u2028\ufeff\ufffe😀交x0.#-"), max_size=6).map(str.encode)


def taught(*lessons: bytes) -> ReplyVerifier:
    one = ReplyVerifier(SECURITY, VirtualClock(LATER))
    for lesson in lessons:
        one.open(lesson)
    return one


def told(one: ReplyVerifier, message: bytes) -> bytes | str:
    """What is handed on, or the reason why nothing is."""
    try:
        return one.open(message)
    except UnreadableReplyError as error:
        return error.reason


def read_quickly(one: ReplyVerifier, message: bytes) -> bool:
    return one._usual.read(message) is not None


def assert_alike(message: bytes, lesson: bytes = LESSON) -> bytes | str:
    answer = told(taught(lesson), message)
    assert answer == told(taught(), message)
    return answer


def test_a_reply_in_the_hosts_usual_markup_needs_no_parser() -> None:
    one = taught(LESSON)
    assert read_quickly(one, SIGNED)
    assert not read_quickly(taught(), SIGNED)
    assert OTHER.encode() in one.open(SIGNED)
    assert isinstance(assert_alike(SIGNED), bytes)


def test_nor_does_that_of_another_library() -> None:
    plain = reply('<Paid xmlns="urn:x">1.00</Paid>')
    lesson, signed = (SIGNER.sign(plain, at, nonce=str(at).encode()) for at in (NOW, LATER))
    assert read_quickly(taught(lesson), signed)
    assert isinstance(assert_alike(signed, lesson), bytes)


@given(st.integers(0, len(SIGNED)), st.integers(0, 3), st.one_of(ODD, st.binary(max_size=2)))
def test_no_change_of_any_bytes_is_judged_otherwise(position: int, drop: int, put: bytes) -> None:
    assert_alike(SIGNED[:position] + put + SIGNED[position + drop :])


TEXTS = sorted(set(re.findall(rb"[\w.+:/=-]{8,}", SIGNED) + re.findall(rb"[\w.+:/=-]{8,}", LESSON)))


@given(st.sampled_from(TEXTS), st.one_of(st.sampled_from(TEXTS), ODD), st.integers(1, 2))
def test_no_text_in_the_place_of_another_is_judged_otherwise(old: bytes, new: bytes, times: int) -> None:
    assert_alike(SIGNED.replace(old, new, times))


@given(st.data())
def test_no_rearrangement_is_judged_otherwise(data: st.DataObject) -> None:
    root = etree.fromstring(SIGNED)
    elements = list(root.iter())
    moved = data.draw(st.sampled_from(elements[1:]))
    target = data.draw(st.sampled_from([each for each in elements if moved not in (each, *each.iterancestors())]))
    if data.draw(st.booleans()):
        moved = etree.fromstring(etree.tostring(moved, with_tail=False))
    target.insert(data.draw(st.integers(0, len(target))), moved)
    spoilt = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    assert_alike(spoilt)


@given(st.text(st.sampled_from("<>&\"'\n\t 交x0.=:"), max_size=8))
@example("<!-- x -->")
@example("<?x y?>")
@example("<![CDATA[x]]>")
@example("&#13;")
@example("<b/>")
@example('<b Id="b"></b>')
@example('<b xmlns="relative"></b>')
@example('<u:b xmlns:u="urn:u" u:id="b"></u:b>')
def test_whatever_the_host_signs_is_judged_alike(inside: str) -> None:
    for whole in (reply(f'<Paid xmlns="urn:x">{inside}</Paid>'), reply(inside or "<Paid/>")):
        try:
            signed = NEXT.sign(whole)
        except (etree.XMLSyntaxError, etree.C14NError, TypeError):
            continue
        assert_alike(signed)


@pytest.mark.parametrize("part", [rb"body-\w+", rb"stamp-\w+"])
@pytest.mark.parametrize("id_", ["Id", "ID", "id"])
def test_an_id_may_not_come_twice(id_: str, part: bytes) -> None:
    """Neither beside the Security header, where the lesson had another one, nor as both of the signed."""
    marked = b'<x %s="%b"/></soap:Header>'.replace(b"soap", re.findall(rb"<(\w+):Envelope", SIGNED)[0])
    taken = re.findall(part, SIGNED)[0]
    lesson = re.sub(rb"</\w+:Header>", marked % (id_.encode(), taken), LESSON)
    again = re.sub(rb"</\w+:Header>", marked % (id_.encode(), taken), SIGNED)
    assert taught(lesson)._usual._shapes
    assert assert_alike(again, lesson) == "bad_signature"


def signed_anew(message: bytes) -> bytes:
    """As if the host itself had meant it so."""
    root = etree.fromstring(message)
    info = next(root.iter("{*}SignedInfo"))
    parts = [next(root.iter("{*}Timestamp")), root[1]]
    for digest, part in zip(root.iter("{*}DigestValue"), parts, strict=True):
        digest.text = b64encode(hashlib.sha256(canonical(part)).digest()).decode()
    next(root.iter("{*}SignatureValue")).text = _signature(info)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _signature(info: etree._Element) -> str:
    numbers = decode_dss_signature(KEYS.host_key.sign(canonical(info), ec.ECDSA(hashes.SHA256())))
    return b64encode(b"".join(number.to_bytes(32, "big") for number in numbers)).decode()


@pytest.mark.parametrize("tag", [b'<Paid xmlns="urn:x"', b"<of"])
def test_nor_may_it_come_again_in_what_is_signed(tag: bytes) -> None:
    (stamp_id,) = set(re.findall(rb"stamp-\w+", SIGNED))
    harmless, again = (signed_anew(SIGNED.replace(tag, tag + b' Id="%b"' % id_, 1)) for id_ in (b"other", stamp_id))
    assert isinstance(assert_alike(harmless), bytes)
    assert assert_alike(again) == "bad_signature"


def test_nor_may_body_and_timestamp_have_one_id() -> None:
    assert assert_alike(signed_anew(re.sub(rb"(stamp|body)-\w+", b"both", SIGNED))) == "bad_signature"


def _signature_of_another(message: bytes) -> bytes:
    return re.sub(rb"(SignatureValue>)[^<]*", rb"\1" + b64encode(bytes(64)), message)


def _earlier(message: bytes) -> bytes:
    return message.replace(LATER.isoformat().encode(), NOW.isoformat().encode())


@pytest.mark.parametrize("spoil", [_signature_of_another, _earlier, lambda message: message.replace(b"2.00", b"9.00")])
def test_what_is_read_quickly_is_still_to_be_proved(spoil: Callable[[bytes], bytes]) -> None:
    spoilt = spoil(SIGNED)
    assert spoilt != SIGNED
    assert assert_alike(spoilt) == "bad_signature"


def test_it_is_still_to_be_fresh_and_new() -> None:
    old = HostSignatures(KEYS, VirtualClock(NOW - timedelta(minutes=6)), SeededRandomness(3)).sign(reply())
    assert assert_alike(old) == "stale_timestamp"
    one = taught(LESSON, SIGNED)
    assert read_quickly(one, SIGNED)
    assert told(one, SIGNED) == "replayed"


@pytest.mark.parametrize("trick", [b"<a><!-- > --></a>", b"<a>&#50;026</a>", b"<?x?>"])
def test_oddities_in_what_is_not_signed_teach_nothing(trick: bytes) -> None:
    lesson = re.sub(rb"(</\w+:Header>)", trick + rb"\1", LESSON)
    assert not taught(lesson)._usual._shapes


def test_what_the_host_spells_twice_has_no_place_of_its_own() -> None:
    created = re.sub(rb"(</\w+:Header>)", b"<a>" + NOW.isoformat().encode() + rb"</a>\1", LESSON)
    assert not taught(created)._usual._shapes


def test_a_host_of_many_shapes_is_given_up_on() -> None:
    one = taught()
    for number in range(40):
        one.open(re.sub(rb"(</\w+:Header>)", b"<a%d/>" % number + rb"\1", HOST.sign(reply())))
    assert len(one._usual._shapes) == 4
    assert not one._usual._lessons
    assert OTHER.encode() in one.open(SIGNED)


def test_what_is_known_is_not_learnt_again() -> None:
    """Though a parser has to read it."""
    one = taught(LESSON)
    lessons = one._usual._lessons
    odd = NEXT.sign(reply('<Paid xmlns="urn:x"><to/></Paid>'))
    assert not read_quickly(one, odd)
    assert isinstance(told(one, odd), bytes)
    assert one._usual._lessons == lessons


def test_a_shape_that_is_used_stays() -> None:
    one = taught(LESSON)
    for number in range(12):
        one.open(re.sub(rb"(</\w+:Header>)", b"<a%d/>" % number + rb"\1", HOST.sign(reply())))
        assert read_quickly(one, SIGNED)
    assert len(one._usual._shapes) == 4


def as_written(inside: bytes, message: bytes = SIGNED) -> bytes:
    """Signed by a host whose library digests the Body's content as it writes it, whatever its canonical form is."""
    root = etree.fromstring(message)
    opening, _, rest = canonical(root[1]).partition(b">")
    body = opening + b">" + inside + rest[rest.rindex(b"</") :]
    info = next(root.iter("{*}SignedInfo"))
    digest = list(info.iter("{*}DigestValue"))[1]
    value = next(root.iter("{*}SignatureValue"))
    old = str(digest.text), str(value.text)
    digest.text = b64encode(hashlib.sha256(body).digest()).decode()
    value.text = _signature(info)
    for before, after in zip(old, (digest.text, value.text), strict=True):
        message = message.replace(before.encode(), after.encode())
    return re.sub(rb"(:Body[^>]*>).*(</\w+:Body>)", lambda found: found[1] + inside + found[2], message, flags=re.S)


def test_a_host_that_writes_what_is_canonical_is_believed() -> None:
    inside = b'<Paid xmlns="urn:x"><to>a "b" &amp; &lt;\n&#xD;</to><of></of></Paid>\n'
    assert as_written(OTHER.encode()).partition(b"<d:SignatureValue>")[0] == SIGNED.partition(b"<d:SignatureValue>")[0]
    assert read_quickly(taught(LESSON), as_written(inside))
    assert inside in bytes(assert_alike(as_written(inside)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "inside",
    [
        b'<Paid xmlns="urn:x"/>',
        b'<Paid xmlns="urn:x"><to/><of>2.00</of></Paid>',
        b'<Paid xmlns="urn:x"><to></to ><of>2.00</of></Paid>',
        b'<Paid xmlns="urn:x"><of>2&#46;00</of></Paid>',
        b'<Paid xmlns="urn:x">&quot;</Paid>',
        b'<Paid xmlns="urn:x">a > b</Paid>',
        b'<Paid xmlns="urn:x"><![CDATA[2.00]]></Paid>',
        b'<Paid xmlns="urn:x"><!-- 9 -->2.00</Paid>',
        b'<Paid xmlns="urn:x">2.00\r\n</Paid>',
        b'<Paid xmlns="urn:x">2.00</Paid>\r\n',
        b'<Paid xmlns="urn:x">2.00</Paid>&#13;',
        b"<Paid xmlns=\"urn:x\"><b Id='body-1'></b></Paid>",
        b'<Paid xmlns="urn:x"><b xmlns="urn:x"></b></Paid>',
        b'<Paid xmlns="urn:x" xmlns:q="urn:q"></Paid>',
        b'<Paid xmlns="urn:x" xmlns:q="urn:q"><q:b></q:b></Paid>',
        b'<q:Paid xmlns:q="urn:q" xmlns:p="urn:p"></q:Paid>',
        b"<Paid xmlns='urn:x'></Paid>",
        b'<Paid xmlns=""></Paid>',
    ],
)
def test_what_was_signed_in_no_canonical_form_is_believed_in_no_history(inside: bytes) -> None:
    assert assert_alike(as_written(inside)) == "bad_signature"


@pytest.mark.parametrize(
    "inside",
    [
        b'<Paid xmlns="urn:x">2.00</Body>',
        b'<Paid xmlns="urn:x"><to><of></to></of></Paid>',
        b'<Paid xmlns="urn:x"><to></Paid>',
        b'<Paid xmlns="urn:x">2.00</Paid></Paid>',
        b'<Paid xmlns="urn:x">]]></Paid>',
        b'<Paid xmlns="urn:x">&nbsp;</Paid>',
        b'<Paid xmlns="urn:x">\xff</Paid>',
        b'<Paid xmlns="urn:x">\xed\xa0\x80</Paid>',
        b'<Paid xmlns="urn:x">\x01</Paid>',
        b'<Paid xmlns="urn:x">\xef\xbf\xbf</Paid>',
        b'<Paid xmlns="urn:x"><q:b></q:b></Paid>',
        b"<q:Paid></q:Paid>",
        b'<Paid xmlns="urn:x">%b%b</Paid>' % (b"<b>" * 300, b"</b>" * 300),
    ],
)
def test_what_is_malformed_is_so_in_every_history(inside: bytes) -> None:
    assert assert_alike(as_written(inside)) == "malformed"


PIECES = [
    *b"<of>|</of>|<of>2.00</of>|<to/>|</Paid>|<of >|<!---->|<?x?>|<![CDATA[x]]>|<q:b></q:b>|<b Id='b'></b>".split(b"|"),
    *b' xmlns:q="urn:q"| xmlns="urn:y"|<Body></Body>|&amp;|&#xD;|&#13;|&gt;|>|"|\r|\n|\t|\x1f|x'.split(b"|"),
    *b"\xe4|\xe4\xba\xa4|\xef\xbf\xbd|\xef\xbf\xbe".split(b"|"),
]


@given(st.lists(st.tuples(st.integers(0, len(OTHER)), st.sampled_from(PIECES)), max_size=4))
def test_whatever_the_host_writes_is_judged_alike(pieces: list[tuple[int, bytes]]) -> None:
    inside = OTHER.encode()
    for position, piece in pieces:
        inside = inside[:position] + piece + inside[position:]
    assert_alike(as_written(inside))


PREFIXED = '<p:Paid xmlns:p="urn:p"><p:of>2.00</p:of></p:Paid>'
MIXED = b'<p:Paid xmlns:p="urn:p"><of>2.00</of></p:Paid>'


def test_names_without_a_prefix_may_stand_among_those_with_one() -> None:
    lesson, signed = HOST.sign(reply(PREFIXED)), as_written(MIXED, NEXT.sign(reply(PREFIXED)))
    assert read_quickly(taught(lesson), signed)
    assert MIXED in bytes(assert_alike(signed, lesson))  # type: ignore[arg-type]


@pytest.mark.parametrize("inside", [MIXED, b"<of>2.00</of>", b'<Paid xmlns="urn:d"></Paid>'])
def test_but_not_where_that_means_a_namespace_of_their_own(inside: bytes) -> None:
    """Which canonical form would write, or has written already."""
    whole = reply(PREFIXED).replace(b"<s:Envelope", b'<s:Envelope xmlns="urn:d"')
    lesson, signed = HOST.sign(whole), NEXT.sign(whole)
    assert read_quickly(taught(lesson), signed)
    expected = bytes if inside.startswith(b"<Paid") else str
    assert isinstance(assert_alike(as_written(inside, signed), lesson), expected)


def test_replies_of_other_namespaces_are_other_shapes() -> None:
    one = taught(LESSON)
    assert not read_quickly(one, NEXT.sign(reply(PREFIXED)))
    one.open(HOST.sign(reply(PREFIXED)))
    assert read_quickly(one, NEXT.sign(reply(PREFIXED)))
    assert read_quickly(one, SIGNED)
