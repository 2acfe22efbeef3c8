"""Logging out at eHerkenning: what we send is signed as agreed, what comes back is believed for a reason."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, quote, unquote_plus, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from lxml import etree
from signxml import XMLVerifier

from broker.domain.assurance import Scheme
from broker.domain.identity import Failed, UpstreamSession
from broker.errors import ConfigurationError
from broker.providers.base import PostForm, RedirectTo
from broker.providers.eherkenning.connection import EherkenningConnection, RequestBinding
from broker.providers.eherkenning.logout import EherkenningLogout
from broker.providers.logout import (
    BegunLogout,
    FormMessage,
    LogoutMessage,
    QueryMessage,
    SentLogout,
    UpstreamEnd,
)
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.names import FORMAT_TRANSIENT, RSA_SHA256
from broker.providers.saml.signed_query import MAX_QUERY_BYTES
from tests.support.saml.answers import STATUS, stamp, status_text
from tests.support.saml.eherkenning import (
    AD,
    DV,
    HM,
    LOGOUT,
    NAMESPACES,
    NOW,
    SLO,
    connection,
    identity_provider,
)
from tests.support.saml.keys import Pair, pair
from tests.support.saml.signers import DS, SAML, SAMLP, by_name_alone, by_xmlsec1, xmlsec1_accepts

LOGIN = UpstreamSession(Scheme.EHERKENNING, "9b1d17", "1f0c4c1e", FORMAT_TRANSIENT, AD)
SENT = SentLogout("_2222222222222222222222222222222222222222", HM, "sid-1", NOW - timedelta(seconds=30))
RESPONSE_ID = "_dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44"
PLACE = "<signature/>"
RELAY = "relay-state-of-the-logout"
SHA1_RSA = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"


def logout(found: EherkenningConnection | None = None) -> EherkenningLogout:
    """Brand zz's."""
    return EherkenningLogout(found or connection(), logout_url=LOGOUT)


def begin(found: EherkenningLogout, login: UpstreamSession = LOGIN) -> BegunLogout:
    """The request that ends a login."""
    begun = found.begin(login, sid="sid-1", relay_state=RELAY, now=NOW)
    assert begun is not None
    return begun


def response(*, status: str | None = None, place: str = PLACE, **changes: str) -> str:
    """A LogoutResponse to `SENT`; `changes` replaces attributes, or the issuer."""
    issuer = changes.pop("Issuer", f"<saml:Issuer>{HM}</saml:Issuer>")
    attributes = {
        "ID": RESPONSE_ID,
        "Version": "2.0",
        "IssueInstant": stamp(NOW),
        "Destination": LOGOUT,
        "InResponseTo": SENT.request_id,
    } | changes
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value)
    return (
        f"<samlp:LogoutResponse {NAMESPACES} {written}>{issuer}{place}"
        f"{status or status_text()}</samlp:LogoutResponse>"
    )


def in_form(text: str | None = None, key: str = "hm") -> FormMessage:
    """Signed within."""
    signed = by_name_alone(text or response(), PLACE, RESPONSE_ID, pair(key))
    return FormMessage(base64.b64encode(signed.encode()).decode())


def packed(text: str) -> str:
    """Deflated, in base64, escaped for a query."""
    deflater = zlib.compressobj(wbits=-15)
    return _escaped(deflater.compress(text.encode()) + deflater.flush())


def _escaped(data: bytes) -> str:
    return quote(base64.b64encode(data), safe="")


def query_of(
    message: str, *, key: Pair | None = None, algorithm: str = RSA_SHA256, relay_state: str = RELAY
) -> str:
    """The parameters with a signature over them; `message` is escaped already."""
    signed = f"SAMLResponse={message}&RelayState={relay_state}&SigAlg={quote(algorithm, safe='')}"
    digest = SHA256() if algorithm == RSA_SHA256 else SHA1()
    value = (key or pair("hm")).key.sign(signed.encode(), PKCS1v15(), digest)
    return f"{signed}&Signature={_escaped(value)}"


def in_query(text: str | None = None) -> QueryMessage:
    """Signed beside it."""
    return QueryMessage(query_of(packed(text or response(place=""))).encode())


def either(**changes: str) -> list[LogoutMessage]:
    """The same response by both bindings."""
    return [in_form(response(**changes)), in_query(response(place="", **changes))]


def reason(answer: LogoutMessage, *, sent: SentLogout = SENT) -> str:
    """Why the answer is refused."""
    became = logout().complete(answer, sent, now=NOW)
    assert isinstance(became, Failed), became
    return became.reason


def test_request_by_redirect_names_the_login_and_is_signed_over_the_query() -> None:
    """NameID exactly as the assertion had it, its SessionIndex, our plain Issuer, their address."""
    found = logout(connection(request_binding=RequestBinding.REDIRECT))
    begun = begin(found)
    assert isinstance(begun.send, RedirectTo)
    assert begun.send.url.startswith(f"{SLO}?SAMLRequest=")
    query = urlsplit(begun.send.url).query
    signed, _, signature = query.rpartition("&Signature=")
    value = base64.b64decode(unquote_plus(signature), validate=True)
    pair("dv").key.public_key().verify(value, signed.encode(), PKCS1v15(), SHA256())
    sent = parse_qs(query, strict_parsing=True)
    assert sent["RelayState"] == [RELAY]
    root = etree.fromstring(zlib.decompress(base64.b64decode(sent["SAMLRequest"][0]), wbits=-15))
    assert dict(root.attrib) == {
        "ID": begun.sent.request_id,
        "Version": "2.0",
        "IssueInstant": stamp(NOW),
        "Destination": SLO,
    }
    issuer, name, index = root
    assert (issuer.text, dict(issuer.attrib)) == (DV, {})
    assert (name.text, dict(name.attrib)) == (
        "1f0c4c1e",
        {"Format": FORMAT_TRANSIENT, "NameQualifier": AD},
    )
    assert (index.tag, index.text) == (f"{{{SAMLP}}}SessionIndex", "9b1d17")
    assert begun.sent == SentLogout(begun.sent.request_id, HM, "sid-1", NOW)


def test_request_by_post_is_signed_within_and_tells_the_key_by_its_name() -> None:
    """Two independent verifiers accept it; KeyInfo holds a KeyName and nothing else."""
    begun = begin(logout(), replace(LOGIN, index=""))
    assert isinstance(begun.send, PostForm)
    assert begun.send.action == SLO
    fields = dict(begun.send.fields)
    assert fields["RelayState"] == RELAY
    message = base64.b64decode(fields["SAMLRequest"], validate=True)
    assert xmlsec1_accepts(message, pair("dv"), begun.sent.request_id)
    verified = XMLVerifier().verify(message, x509_cert=pair("dv").certificate)
    root = verified.signed_xml if not isinstance(verified, list) else None
    assert root is not None
    assert root.find(f"{{{SAML}}}NameID") is not None
    assert root.find(f"{{{SAMLP}}}SessionIndex") is None
    info = etree.fromstring(message).find(f"{{{DS}}}Signature/{{{DS}}}KeyInfo")
    assert info is not None
    assert [child.tag for child in info] == [f"{{{DS}}}KeyName"]


def test_what_is_kept_of_a_request_survives_the_store() -> None:
    """As bytes and back."""
    assert SentLogout.decode(SENT.encode()) == SENT


def test_other_binding_serves_where_the_wanted_one_is_not_offered() -> None:
    """The makelaar takes logouts by one binding only."""
    only_redirect = replace(identity_provider(), logout_post_url=None)
    found = replace(connection(request_binding=RequestBinding.POST), metadata=lambda: only_redirect)
    begun = begin(logout(found))
    assert isinstance(begun.send, RedirectTo)


def test_logout_without_a_place_for_it_is_a_fault_of_the_configuration() -> None:
    """Found at the start, and not by whoever logs out first."""
    nowhere = replace(identity_provider(), logout_post_url=None, logout_redirect_url=None)
    with pytest.raises(ConfigurationError, match="no SingleLogoutService"):
        logout(replace(connection(), metadata=lambda: nowhere))


def test_place_that_is_no_longer_offered_is_not_gone_to() -> None:
    """The metadata changed while we ran: nothing is offered, nothing sent, nothing fails."""
    told = [identity_provider()]
    found = logout(replace(connection(), metadata=lambda: told[-1]))
    before = found.url
    told.append(replace(identity_provider(), logout_post_url=None, logout_redirect_url=None))
    assert (before, found.url) == (SLO, None)
    assert found.begin(LOGIN, sid="sid-1", relay_state=RELAY, now=NOW) is None


def test_answer_after_the_metadata_has_ended_is_refused() -> None:
    """Nobody can vouch any more for the key that signed it."""
    ended = replace(identity_provider(), valid_until=NOW)
    found = logout(replace(connection(), metadata=lambda: ended))
    became = found.complete(in_form(), SENT, now=NOW)
    assert isinstance(became, Failed)
    assert became.reason == "metadata.ended"


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (status_text(), UpstreamEnd.ENDED),
        (status_text("Success", "PartialLogout"), UpstreamEnd.PARTLY),
        (status_text("Responder", "PartialLogout"), UpstreamEnd.PARTLY),
        (status_text("Responder", "RequestDenied"), UpstreamEnd.NOT_ENDED),
        (status_text("Requester", None), UpstreamEnd.NOT_ENDED),
        (status_text("Success", "RequestDenied"), UpstreamEnd.NOT_ENDED),
    ],
)
def test_status_tells_what_became_of_the_login_there(status: str, end: UpstreamEnd) -> None:
    """The same by both bindings."""
    for answer in (in_form(response(status=status)), in_query(response(status=status, place=""))):
        assert logout().complete(answer, SENT, now=NOW) is end


def test_answer_signed_by_another_program_is_believed() -> None:
    """xmlsec1 signs as others do."""
    name_only = replace(by_xmlsec1, key_info="<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>")
    signed = name_only(response(), PLACE, RESPONSE_ID, pair("hm"))
    answer = FormMessage(base64.b64encode(signed.encode()).decode())
    assert logout().complete(answer, SENT, now=NOW) is UpstreamEnd.ENDED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"InResponseTo": "_3333333333333333333333333333333333333333"}, "logout.in-response-to"),
        ({"InResponseTo": ""}, "logout.in-response-to"),
        ({"Issuer": f"<saml:Issuer>{AD}</saml:Issuer>"}, "logout.issuer"),
        ({"Issuer": f'<saml:Issuer Format="x:y">{HM}</saml:Issuer>'}, "logout.issuer"),
        ({"Destination": "https://elsewhere.example/"}, "logout.destination"),
        ({"Destination": ""}, "logout.destination"),
        ({"IssueInstant": stamp(SENT.sent_at - timedelta(seconds=61))}, "logout.issue-instant"),
        ({"IssueInstant": stamp(NOW + timedelta(seconds=61))}, "logout.issue-instant"),
        ({"Version": "1.1"}, "value.version"),
        ({"NotOnOrAfter": stamp(NOW)}, "skeleton.unexpected-attribute"),
    ],
)
def test_answer_that_says_something_else_is_refused(changes: dict[str, str], code: str) -> None:
    """Well signed, and still not the answer to our request; the same by both bindings."""
    assert [reason(answer) for answer in either(**changes)] == [code, code]


def test_answer_from_another_makelaar_than_was_asked_is_refused() -> None:
    """What was kept of the request says who was asked, whatever is configured now."""
    for answer in either():
        assert reason(answer, sent=replace(SENT, entity_id="urn:etoegang:HM:other")) == "logout.issuer"


def _twice(text: str) -> str:
    return text.replace("</samlp:LogoutResponse>", f"{status_text()}</samlp:LogoutResponse>")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: FormMessage(""), "xml.empty"),
        (lambda: FormMessage("%%%"), "posted.form"),
        (lambda: _unsigned_form(response(place="")), "signature.missing"),
        (lambda: in_form(key="stranger"), "signature.invalid"),
        (
            lambda: _unsigned_form(_signed().replace(STATUS + "Success", STATUS + "Responder")),
            "signature.digest",
        ),
        (lambda: _unsigned_form("<!DOCTYPE x>" + _signed(declared=False)), "xml.doctype"),
        (lambda: in_form(_twice(response())), "skeleton.repeated-element"),
        (lambda: in_form(response().replace("LogoutResponse", "LogoutRequest")), "skeleton.misplaced"),
        (lambda: FormMessage("A" * (2 * MAX_MESSAGE_BYTES)), "xml.too-large"),
    ],
)
def test_form_that_the_makelaar_did_not_sign_as_agreed_is_refused(
    make: Callable[[], FormMessage], code: str
) -> None:
    """Each rule of the gate holds here too."""
    assert reason(make()) == code


def _signed(*, declared: bool = True) -> str:
    signed = by_name_alone(response(), PLACE, RESPONSE_ID, pair("hm"))
    return signed if declared else signed.partition("?>")[2]


def _unsigned_form(text: str) -> FormMessage:
    return FormMessage(base64.b64encode(text.encode()).decode())


def _bomb() -> str:
    deflater = zlib.compressobj(9, wbits=-15)
    return _escaped(deflater.compress(b" " * (8 * MAX_MESSAGE_BYTES)) + deflater.flush())


def _without_end() -> str:
    deflater = zlib.compressobj(wbits=-15)
    return _escaped(deflater.compress(response(place="").encode()) + deflater.flush(zlib.Z_SYNC_FLUSH))


def _with_tail() -> str:
    deflater = zlib.compressobj(wbits=-15)
    return _escaped(deflater.compress(response(place="").encode()) + deflater.flush() + b"more")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: "", "query.parameters"),
        (lambda: query_of(packed(response(place=""))).rpartition("&Signature=")[0], "signature.missing"),
        (lambda: query_of(packed(response(place="")), key=pair("stranger")), "signature.invalid"),
        (lambda: query_of(packed(response(place="")), algorithm=SHA1_RSA), "signature.method"),
        (lambda: query_of(packed(response(place=""))).replace(RELAY, "another"), "signature.invalid"),
        (lambda: query_of(packed(response(place=""))) + f"&RelayState={RELAY}", "query.parameters"),
        (lambda: query_of(packed(response(place=""))) + "&SAMLEncoding=x", "query.parameters"),
        (lambda: query_of(packed(response(place=""))) + "&SAMLResponse=x", "query.parameters"),
        (lambda: query_of("%20"), "query.encoding"),
        (lambda: query_of(_escaped(b"not deflated at all")), "query.encoding"),
        (lambda: query_of(_bomb()), "query.encoding"),
        (lambda: query_of(_with_tail()), "query.encoding"),
        (lambda: query_of(_without_end()), "query.encoding"),
        (lambda: query_of("A" * MAX_QUERY_BYTES), "query.too-large"),
        (lambda: query_of(packed("<!DOCTYPE x>" + response(place=""))), "xml.doctype"),
        # A signature inside covers nothing that is asked here (SAML bindings 3.4.4.1).
        (lambda: query_of(packed(_signed(declared=False).strip())), "skeleton.misplaced"),
        (lambda: query_of(packed(_twice(response(place="")))), "skeleton.repeated-element"),
    ],
)
def test_query_that_the_makelaar_did_not_sign_as_agreed_is_refused(
    make: Callable[[], str], code: str
) -> None:
    """Every parameter once, RSA with SHA-256 over the bytes as they came, no more than a message inside."""
    assert reason(QueryMessage(make().encode())) == code


def test_query_is_verified_as_the_sender_escaped_it() -> None:
    """Lower-case escapes are other bytes and the same text."""
    text = packed(response(place="")).replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")
    answer = QueryMessage(query_of(text).encode())
    assert logout().complete(answer, SENT, now=NOW) is UpstreamEnd.ENDED
