"""In which forms a host may write what it signs, and in which it proves nothing though its own key signed it."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree
from signed_replies import HostSigner

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE, content, parse
from tellerline.adapters.soap.errors import UnreadableReplyError
from tellerline.adapters.soap.verifying import ReplyVerifier
from tellerline.adapters.soap.wss import DSIG, EXCLUSIVE, ID

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SIGNER = HostSigner()
REPLY = f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body><Paid xmlns="urn:x">1.00</Paid></s:Body></s:Envelope>'
SIGNED = SIGNER.sign(REPLY.encode(), NOW, nonce=b"once")

Change = Callable[[etree._Element], None]


def bound(prefix: str | None, namespace: str) -> Any:
    """For ``nsmap``, whose annotation knows no default namespace."""
    return {prefix: namespace}


def named(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(f"{{{DSIG}}}{name}"))


def exclusively(element: etree._Element, method: etree._Element | None) -> bytes:
    """Canonical, as the parameter of ``method`` wants it."""
    wishes = [] if method is None else list(method)
    prefixes = [prefix for wish in wishes for prefix in wish.get("PrefixList", "").split()]
    return etree.tostring(
        element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None
    )


def signed_anew(change: Change) -> bytes:
    """The reply with a SignedInfo of another form, which the host itself has digested and signed like that."""
    root = etree.fromstring(changed(change))
    for reference in root.iter(f"{{{DSIG}}}Reference"):
        named_so = [each for each in root.iter() if f"#{each.get(ID)}" == reference.get("URI")]
        (part,) = named_so or [root]
        digest = hashlib.sha256(exclusively(part, reference.find(f".//{{{DSIG}}}Transform"))).digest()
        named(reference, "DigestValue").text = b64encode(digest).decode()
    info = named(root, "SignedInfo")
    key = SIGNER.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(exclusively(info, info.find(f"{{{DSIG}}}CanonicalizationMethod")), ec.ECDSA(hashes.SHA256()))
    numbers = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(signature))
    named(root, "SignatureValue").text = b64encode(numbers).decode()
    return etree.tostring(root)


def changed(change: Change) -> bytes:
    root = etree.fromstring(SIGNED)
    change(root)
    return etree.tostring(root)


def believed(reply: bytes) -> str:
    """The text in what is handed on."""
    opened = ReplyVerifier(SIGNER.security, VirtualClock(NOW)).open(reply)
    return "".join(content(parse(opened)).itertext())


def reason(reply: bytes) -> str:
    with pytest.raises(UnreadableReplyError) as refused:
        believed(reply)
    return refused.value.reason


def _indent(root: etree._Element) -> None:
    etree.indent(named(root, "Signature"), "\t")


def _names(root: etree._Element) -> None:
    """Attributes that say nothing."""
    named(root, "SignedInfo").set("Id", "what-is-signed")
    named(root, "Reference").set("Id", "first")
    named(root, "Reference").set("Type", "urn:x:body")


def _prefix_list(prefixes: str, *names: str, prefix: str | None = "ec") -> Change:
    def wish(root: etree._Element) -> None:
        for element in [each for name in names for each in root.iter(f"{{{DSIG}}}{name}")]:
            tag = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
            etree.SubElement(element, tag, nsmap=bound(prefix, EXCLUSIVE)).set("PrefixList", prefixes)

    return wish


def _without_prefix(root: etree._Element) -> None:
    signature = named(root, "Signature")
    plain = etree.tostring(signature).replace(b"ds:", b"").replace(b"xmlns:ds=", b"xmlns=")
    parent = signature.getparent()
    assert parent is not None
    parent.replace(signature, etree.fromstring(plain.replace(b":ds=", b"=")))


@pytest.mark.parametrize(
    "form",
    [
        _indent,
        _names,
        _without_prefix,
        _prefix_list("s", "CanonicalizationMethod"),
        _prefix_list("s", "Transform"),
        _prefix_list("#default s", "CanonicalizationMethod", "Transform", prefix=None),
        _prefix_list("", "CanonicalizationMethod", "Transform"),
    ],
)
def test_a_host_may_write_what_it_signs_in_its_own_way(form: Change) -> None:
    reply = signed_anew(form)
    assert believed(reply) == "1.00"
    assert reason(reply.replace(b"1.00", b"9.00")) == "bad_signature"


def test_a_signature_may_be_broken_into_lines() -> None:
    """As Java's library breaks them: a carriage return, written as a reference, and a line feed."""

    def fold(root: etree._Element) -> None:
        value = named(root, "SignatureValue")
        value.text = "\r\n".join(re.findall(".{1,76}", value.text or ""))

    folded = changed(fold)
    assert b"&#13;\n" in folded
    assert believed(folded) == "1.00"


def _more(name: str, child: str) -> Change:
    def add(root: etree._Element) -> None:
        named(root, name).append(etree.fromstring(child))

    return add


def _attribute(name: str, attribute: str, value: str = "x") -> Change:
    return lambda root: named(root, name).set(attribute, value)


def _text(name: str, text: str) -> Change:
    def write(root: etree._Element) -> None:
        named(root, name).text = text

    return write


def _move_first(name: str) -> Change:
    def move(root: etree._Element) -> None:
        element = named(root, name)
        parent = element.getparent()
        assert parent is not None
        parent.insert(0, element)

    return move


def _remove(name: str) -> Change:
    def remove(root: etree._Element) -> None:
        element = named(root, name)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return remove


def _third_reference(root: etree._Element) -> None:
    info = named(root, "SignedInfo")
    info.append(etree.fromstring(etree.tostring(info[-1])))


def _other_prefix(name: str) -> Change:
    """The same name in another namespace, behind the prefix that means XML Signature elsewhere."""

    def rebind(root: etree._Element) -> None:
        element = named(root, name)
        parent = element.getparent()
        assert parent is not None
        other = etree.Element(f"{{urn:x}}{name}", nsmap=bound("ds", "urn:x"))
        other.attrib.update(element.attrib)
        other[:] = list(element)
        parent.replace(element, other)

    return rebind


def _second_signed_info(root: etree._Element) -> None:
    signature = named(root, "Signature")
    signature.append(etree.fromstring(etree.tostring(signature[0])))


_DS = f'xmlns:ds="{DSIG}"'
_XPATH = f'<ds:Transform {_DS} Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>'


@pytest.mark.parametrize(
    "form",
    [
        *(
            _attribute(name, "Later")
            for name in ("CanonicalizationMethod", "SignatureMethod", "Transform", "DigestMethod", "Reference")
        ),
        _attribute("CanonicalizationMethod", "Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        _attribute("Transform", "Algorithm", f"{EXCLUSIVE}WithComments"),
        _attribute("Reference", "URI", ""),
        _attribute("Reference", "URI", "the-body"),
        _more("Transforms", _XPATH),
        _more("Transform", f"<ds:XPath {_DS}>1</ds:XPath>"),
        _more("SignatureMethod", f"<ds:HMACOutputLength {_DS}>8</ds:HMACOutputLength>"),
        _more("SignedInfo", "<x/>"),
        _more("Signature", f"<ds:Object {_DS}/>"),
        _text("SignedInfo", "x"),
        _text("Transform", "x"),
        _third_reference,
        _remove("Transforms"),
        _move_first("SignatureMethod"),
        _move_first("Reference"),
        _other_prefix("Transforms"),
        _other_prefix("SignatureMethod"),
        _second_signed_info,
        _move_first("SignatureValue"),
        _prefix_list("s", "Transform", "Transform"),
        _prefix_list("s", "SignatureMethod"),
        _prefix_list(" ".join(f"p{number}" for number in range(100)), "CanonicalizationMethod"),
        _prefix_list(" ".join(f"p{number}" for number in range(100)), "Transform"),
    ],
)
def test_what_a_host_signs_in_a_form_that_is_not_understood_proves_nothing(form: Change) -> None:
    assert reason(signed_anew(form)) == "bad_signature"


def test_space_in_what_is_signed_takes_no_longer_to_refuse_than_it_is_long() -> None:
    """Anybody may send it: nothing is proved yet when it is read."""

    def spread(root: etree._Element) -> None:
        named(root, "CanonicalizationMethod").text = " " * 100_000
        for transform in root.iter(f"{{{DSIG}}}Transform"):
            transform.text = " " * 100_000
        named(root, "SignedInfo")[-1].tail = "x"

    assert reason(changed(spread)) == "bad_signature"
