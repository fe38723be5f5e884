"""What a reply must be to be believed, and what of it is handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from signed_replies import HostSigner, elliptic_key, self_signed

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.soap.credentials import CredentialsError, MessageSecurity, trusted_keys
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE, content, parse
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.verifying import ReplyVerifier
from tellerline.adapters.soap.wss import DSIG, WSSE, WSU

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SIGNER = HostSigner()
SECURITY = SIGNER.security
REPLY = (
    f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body><Paid xmlns="urn:x"><to>李雷</to>1.00</Paid></s:Body></s:Envelope>'
)
SIGNED = SIGNER.sign(REPLY.encode(), NOW, nonce=b"once")


def verifier(security: MessageSecurity = SECURITY, now: datetime = NOW) -> ReplyVerifier:
    return ReplyVerifier(security, VirtualClock(now))


def reason(reply: bytes, security: MessageSecurity = SECURITY) -> str:
    with pytest.raises(UnreadableReplyError) as refused:
        verifier(security).open(reply)
    return refused.value.reason


def changed(change: Callable[[etree._Element], None], reply: bytes = SIGNED) -> bytes:
    root = etree.fromstring(reply)
    change(root)
    return etree.tostring(root)


def text_of(opened: bytes) -> str:
    return "".join(content(parse(opened)).itertext())


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)])
def test_what_another_library_signed_is_believed(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    signer = HostSigner(key=key)
    opened = verifier(signer.security).open(signer.sign(REPLY.encode(), NOW))
    assert text_of(opened) == "李雷1.00"


def test_only_what_was_signed_is_handed_on() -> None:
    def extend(root: etree._Element) -> None:
        etree.SubElement(root[0], "unsigned").text = "evil"

    opened = verifier().open(changed(extend))
    assert b"evil" not in opened
    assert len(parse(opened)) == 1


def test_a_change_of_keys_needs_no_pause() -> None:
    old = HostSigner()
    both = replace(SECURITY, trusted_certificates=old.certificate + SIGNER.certificate)
    for signer in (old, SIGNER):
        verifier(both).open(signer.sign(REPLY.encode(), NOW))
    assert reason(old.sign(REPLY.encode(), NOW)) == "bad_signature"


def test_a_certificate_counts_while_it_is_valid() -> None:
    key = elliptic_key()
    signer = HostSigner(key=key, certificate=self_signed(key, ends=2025))
    assert reason(signer.sign(REPLY.encode(), NOW), signer.security) == "bad_signature"


def test_a_short_key_is_no_key() -> None:
    weak = self_signed(rsa.generate_private_key(65537, 1024))
    with pytest.raises(CredentialsError, match="too short"):
        trusted_keys(replace(SECURITY, trusted_certificates=weak))


def _drop_signature(root: etree._Element) -> None:
    security = root.find(f".//{{{WSSE}}}Security")
    assert security is not None
    security.remove(security[-1])


def _second_body(root: etree._Element) -> None:
    root.append(etree.fromstring(REPLY)[0])


def _body_before_header(root: etree._Element) -> None:
    root.insert(0, root[1])


def _same_id(root: etree._Element) -> None:
    etree.SubElement(root[0], "x").set("ID", "the-body")


def _second_timestamp(root: etree._Element) -> None:
    security = root.find(f".//{{{WSSE}}}Security")
    assert security is not None
    etree.SubElement(security, f"{{{WSU}}}Timestamp")


def _second_security(root: etree._Element) -> None:
    etree.SubElement(root[0], f"{{{WSSE}}}Security")


def _wrap(root: etree._Element) -> None:
    body = root[1]
    etree.SubElement(root[0], "wrapper").append(body)
    root.append(etree.fromstring(REPLY.replace("1.00", "9999.00"))[0])


def _wrap_within_body(root: etree._Element) -> None:
    signed = root[1]
    outer = etree.SubElement(root, f"{{{SOAP_ENVELOPE}}}Body")
    etree.SubElement(outer, "{urn:x}Paid").append(signed)


def _weaker_digest(root: etree._Element) -> None:
    method = root.find(f".//{{{DSIG}}}DigestMethod")
    assert method is not None
    method.set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")


def _other_transform(root: etree._Element) -> None:
    transform = root.find(f".//{{{DSIG}}}Transform")
    assert transform is not None
    transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")


def _no_references(root: etree._Element) -> None:
    info = root.find(f".//{{{DSIG}}}SignedInfo")
    assert info is not None
    for reference in info.findall(f"{{{DSIG}}}Reference"):
        info.remove(reference)


@pytest.mark.parametrize(
    "change",
    [
        _second_body,
        _body_before_header,
        _same_id,
        _second_timestamp,
        _second_security,
        _wrap,
        _wrap_within_body,
        _weaker_digest,
        _other_transform,
        _no_references,
    ],
)
def test_another_shape_proves_nothing(change: Callable[[etree._Element], None]) -> None:
    assert reason(changed(change)) == "bad_signature"


def test_no_signature_is_unsigned() -> None:
    assert {reason(REPLY.encode()), reason(changed(_drop_signature))} == {"unsigned"}


@pytest.mark.parametrize("parts", [("the-body",), ("the-timestamp",), ("the-timestamp", "the-timestamp")])
def test_both_body_and_timestamp_must_be_signed(parts: tuple[str, ...]) -> None:
    assert reason(SIGNER.sign(REPLY.encode(), NOW, references=parts)) == "bad_signature"


@pytest.mark.parametrize(("old", "new"), [("1.00", "9.00"), ("2026-03-02T02:00", "2026-03-02T02:01"), ("李", "季")])
def test_a_change_in_what_was_signed_shows(old: str, new: str) -> None:
    spoilt = etree.tostring(etree.fromstring(SIGNED), encoding="unicode").replace(old, new).encode()
    assert reason(spoilt) == "bad_signature"


def test_a_strangers_signature_proves_nothing() -> None:
    assert reason(HostSigner().sign(REPLY.encode(), NOW)) == "bad_signature"


def test_a_comment_cannot_cut_a_value() -> None:
    assert text_of(verifier().open(SIGNED.replace(b"1.00", b"1.<!-- x -->00"))) == "李雷1.00"


@pytest.mark.parametrize("part", ["Body", "Timestamp", "SignedInfo"])
def test_what_has_no_canonical_form_proves_nothing(part: str) -> None:
    def relate(root: etree._Element) -> None:
        (element,) = root.iter(f"{{*}}{part}")
        element.append(etree.fromstring('<a:b xmlns:a="relative"/>'))

    assert reason(changed(relate)) == "bad_signature"


_LATEST, _EARLIEST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("instant", [_LATEST - timedelta(minutes=2), _EARLIEST])
def test_a_timestamp_at_the_end_of_all_times_is_stale(instant: datetime) -> None:
    assert reason(SIGNER.sign(REPLY.encode(), instant)) == "stale_timestamp"


@pytest.mark.parametrize("minutes", [-2, 6, -600, 600])
def test_a_timestamp_counts_while_it_is_fresh(minutes: int) -> None:
    assert reason(SIGNER.sign(REPLY.encode(), NOW + timedelta(minutes=minutes))) == "stale_timestamp"


def test_a_reply_counts_once_and_so_does_its_nonce() -> None:
    one = verifier()
    one.open(SIGNED)
    for again in (SIGNED, SIGNER.sign(REPLY.replace("1.00", "2.00").encode(), NOW, nonce=b"once")):
        with pytest.raises(UnreadableReplyError, match="replayed"):
            one.open(again)
    one.open(SIGNER.sign(REPLY.encode(), NOW, nonce=b"twice"))


async def test_what_was_seen_is_forgotten_when_it_could_pass_no_more() -> None:
    clock = VirtualClock(NOW)
    one = ReplyVerifier(SECURITY, clock)
    for number in range(20):
        one.open(SIGNER.sign(REPLY.encode(), clock.now(), nonce=bytes([number])))
        await clock.advance(30)
    assert len(one._seen) <= 6


def test_a_refused_reply_is_not_remembered() -> None:
    one = verifier()
    with pytest.raises(UnreadableReplyError):
        one.open(SIGNED.replace(b"1.00", b"9.00"))
    one.open(SIGNED)


@given(st.data())
def test_no_change_of_any_byte_makes_other_news_believed(data: st.DataObject) -> None:
    """Bytes outside what is signed may change; what is handed on may not."""
    position = data.draw(st.integers(0, len(SIGNED) - 1))
    kind = data.draw(st.sampled_from(["set", "drop", "insert"]))
    byte = bytes([data.draw(st.integers(0, 255))])
    spoilt = SIGNED[:position] + (b"" if kind == "drop" else byte) + SIGNED[position + (kind != "insert") :]
    try:
        opened = verifier().open(spoilt)
    except UnreadableReplyError:
        return
    assert text_of(opened) == "李雷1.00"


@given(st.data())
def test_no_rearrangement_makes_other_news_believed(data: st.DataObject) -> None:
    """Any element moved or copied under any other."""
    root = etree.fromstring(SIGNED)
    elements = list(root.iter())
    moved = data.draw(st.sampled_from(elements[1:]))
    targets = [element for element in elements if moved not in (element, *element.iterancestors())]
    target = data.draw(st.sampled_from(targets))
    if data.draw(st.booleans()):
        moved = etree.fromstring(etree.tostring(moved, with_tail=False))
    target.insert(data.draw(st.integers(0, len(target))), moved)
    try:
        opened = verifier().open(etree.tostring(root))
    except UnreadableReplyError:
        return
    assert text_of(opened) == "李雷1.00"
