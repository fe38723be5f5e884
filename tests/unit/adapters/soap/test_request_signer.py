"""What we sign, another library believes, and no two requests carry the same marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from signed_replies import PrivateKey, elliptic_key, private_pem, self_signed
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.soap import signing
from tellerline.adapters.soap.credentials import CredentialsError, MessageSecurity
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.signing import RequestSigner
from tellerline.adapters.soap.verifying import ReplyVerifier
from tellerline.adapters.soap.wss import BODY, CLOSING, HEADER, NONCE, OPENING, SECURITY, TIMESTAMP
from tellerline.connectors import corporate

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
REQUEST = (
    f'<soap-env:Envelope xmlns:soap-env="{SOAP_ENVELOPE}"><soap-env:Body>'
    '<ns0:Pay xmlns:ns0="urn:x"><ns0:to a="1">李雷 &lt;&amp;&gt;</ns0:to><e/></ns0:Pay>'
    "</soap-env:Body></soap-env:Envelope>"
).encode()


def security_of(key: PrivateKey) -> MessageSecurity:
    certificate = self_signed(key)
    return MessageSecurity(
        signing_key=private_pem(key), signing_certificate=certificate, trusted_certificates=certificate
    )


def signer(security: MessageSecurity) -> RequestSigner:
    return RequestSigner(security, VirtualClock(NOW), SeededRandomness(1))


@pytest.mark.parametrize("key", [elliptic_key(), rsa.generate_private_key(65537, 2048)])
def test_another_library_believes_it(key: PrivateKey) -> None:
    security = security_of(key)
    signed = signer(security).sign(REQUEST)
    config = SignatureConfiguration(location=f"./{HEADER}/{SECURITY}/", expect_references=2)
    certificate = security.signing_certificate.decode()
    results = XMLVerifier().verify(etree.fromstring(signed), x509_cert=certificate, expect_config=config)
    tags = {result.signed_xml.tag for result in results if result.signed_xml is not None}  # type: ignore[union-attr]
    assert tags == {BODY, TIMESTAMP}


def test_our_own_verifier_hands_on_what_was_signed() -> None:
    security = security_of(elliptic_key())
    opened = ReplyVerifier(security, VirtualClock(NOW)).open(signer(security).sign(REQUEST))
    assert "".join(str(part) for part in etree.fromstring(opened).itertext()) == "李雷 <&>"


def test_no_two_requests_have_a_mark_in_common() -> None:
    one = signer(security_of(elliptic_key()))
    signed = [etree.fromstring(one.sign(REQUEST)) for _ in range(5)]
    ids = [str(value) for root in signed for value in root.xpath("//@*[local-name()='Id']")]  # type: ignore[union-attr]
    nonces = [nonce.text for root in signed for nonce in root.iter(NONCE)]
    assert len(set(ids)) == len(ids) == 15
    assert len(set(nonces)) == 5


def test_keys_that_cannot_sign_are_refused_without_being_told() -> None:
    good = security_of(elliptic_key())
    odd = ed25519.Ed25519PrivateKey.generate()
    bad = [
        replace(good, signing_key=b"no key"),
        replace(good, signing_certificate=self_signed(elliptic_key())),
        replace(good, signing_key=private_pem(odd)),  # type: ignore[arg-type]
        replace(good, signing_key=private_pem(rsa.generate_private_key(65537, 1024))),
    ]
    for security in bad:
        with pytest.raises(CredentialsError) as refused:
            signer(security)
        assert "PRIVATE" not in str(refused.value)
    assert "PRIVATE" not in repr(good)


NOBODY = st.text(st.sampled_from("ab<>&;]/!?\0\t\n\r \x7f\"'=:\ufeff\ufffe\uffff😀交0.-"), max_size=12)


@given(NOBODY, st.sampled_from(["", ' xmlns="urn:x"', ' xmlns="x"', ' xmlns:p="urn:x"', ' a="1"', " "]), st.booleans())
@example("<a></a>", ' xmlns="urn:x"', False)
@example("<a/>", ' xmlns="urn:x"', False)
@example("<a >x</a >", ' xmlns="urn:x"', True)
@example("<!-- x -->", "", False)
@example("<![CDATA[x]]>", "", False)
@example("<?x y?>", "", False)
@example("]]&gt;&amp;&#13;&quot;", "", False)
@example("<s:a></s:a>", "", False)
@example("<a></a>\r", "", False)
@example('<b xmlns=""></b>', ' xmlns="urn:x"', False)
def test_a_body_that_is_canonical_already_is_not_parsed_and_signed_alike(
    inside: str, attributes: str, escaped: bool
) -> None:
    if escaped:
        inside = escape(inside)
    envelope = b"%b<s:Body><P%b>%b</P></s:Body>%b" % (OPENING, attributes.encode(), inside.encode(), CLOSING)
    try:
        expected: bytes | None = signing._body(envelope, "mark")
    except (UnreadableReplyError, etree.C14NError):
        expected = None
    assert signing._plain_body(envelope, "mark") in (None, expected)


def test_most_of_what_is_sent_is_canonical_already() -> None:
    samples = Path(corporate.__file__).parent.joinpath("samples").glob("*.request.xml")
    plain = [signing._plain_body(sample.read_bytes().strip(), "mark") for sample in samples]
    assert len(plain) > 20
    assert None not in plain


@pytest.mark.parametrize(
    "inside",
    ['<P xmlns="x"></P>', "<P>\x01</P>", "<P>\ufffe</P>", "<P><a></a>\uffff</P>", "<P>\0</P>", "<P><a></P></a>"],
)
def test_what_has_no_canonical_form_is_not_taken_for_plain(inside: str) -> None:
    envelope = b"%b<s:Body>%b</s:Body>%b" % (OPENING, inside.encode(), CLOSING)
    assert signing._plain_body(envelope, "mark") is None
    with pytest.raises((UnreadableReplyError, etree.C14NError)):
        signing._body(envelope, "mark")
