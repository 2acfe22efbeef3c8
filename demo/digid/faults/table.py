"""All faults, in the order of the page."""

from __future__ import annotations

from demo.digid.faults import answer, message, signature
from demo.digid.faults.kinds import Fault, InAnswer, InBytes, InMessage, InSignature
from demo.idp.line import Line

FAULTS: tuple[Fault, ...] = (
    Fault("level-lower", "Het niveau is lager dan gevraagd.", InAnswer(answer.level_lower)),
    Fault("wrong-audience", "De Audience is een andere webdienst.", InAnswer(answer.wrong_audience)),
    Fault("wrong-recipient", "De Recipient is een ander adres.", InAnswer(answer.wrong_recipient)),
    Fault(
        "wrong-in-response-to-resolve",
        "InResponseTo van de ArtifactResponse hoort bij een andere vraag.",
        InAnswer(answer.wrong_in_response_to_resolve),
    ),
    Fault(
        "wrong-in-response-to-response",
        "InResponseTo van de Response hoort bij een andere vraag.",
        InAnswer(answer.wrong_in_response_to_response),
    ),
    Fault(
        "wrong-in-response-to-confirmation",
        "InResponseTo van SubjectConfirmationData hoort bij een andere vraag.",
        InAnswer(answer.wrong_in_response_to_confirmation),
    ),
    Fault("wrong-issuer", "De Issuer van Response en Assertion is een ander.", InAnswer(answer.wrong_issuer)),
    Fault("expired", "De Assertion is verlopen.", InAnswer(answer.expired)),
    Fault("future", "De Assertion is nog niet geldig.", InAnswer(answer.future)),
    Fault("clock-skew", "De klok van DigiD loopt tien minuten voor.", InAnswer(answer.clock_skew)),
    Fault("unsigned", "Niets is ondertekend.", InSignature(signature.unsigned)),
    Fault("other-key", "Ondertekend met een onbekende sleutel.", InSignature(signature.other_key)),
    Fault(
        "signature-wrapping",
        "Een vervalst bericht om het ondertekende heen.",
        InMessage(message.signature_wrapping),
    ),
    Fault("sector-sofi", "De sectorcode is s00000001 (sofinummer).", InAnswer(answer.sector_sofi)),
    Fault(
        "capital-sector",
        "De sectorcode heeft een hoofdletter S; dat mag en moet worden aangenomen.",
        InAnswer(answer.capital_sector),
    ),
    Fault("bsn-eleven-test", "Het BSN voldoet niet aan de elfproef.", InAnswer(answer.bsn_eleven_test)),
    Fault(
        "inner-failure",
        "Buiten Success, binnen Responder/AuthnFailed zonder Assertion.",
        InAnswer(answer.inner_failure),
    ),
    Fault("no-response", "Buiten Success en binnen geen Response.", InAnswer(answer.no_response)),
    Fault("two-assertions", "Twee Assertions, de tweede van een ander.", InAnswer(answer.two_assertions)),
    Fault("comment-in-name-id", "Commentaar midden in de NameID.", InMessage(message.comment_in_name_id)),
    Fault("document-type", "Een DTD met een entiteit in het SOAP-bericht.", InBytes(message.document_type)),
    Fault("slow", "Het achterkanaal antwoordt veel te laat.", Line.SLOW),
    Fault("dead", "Het achterkanaal verbreekt de verbinding.", Line.DEAD),
    Fault("http-500", "Het achterkanaal antwoordt met HTTP 500.", Line.ERROR),
    Fault("soap-fault", "Het achterkanaal antwoordt met een SOAP-fout.", Line.SOAP_FAULT),
    Fault("redirect", "Het achterkanaal antwoordt met een doorverwijzing.", Line.REDIRECT),
)
