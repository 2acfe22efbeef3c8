"""Everything that can be otherwise, in the order of the page."""

from __future__ import annotations

from demo.eherkenning.faults import answer, identity, message, sealing, signature
from demo.eherkenning.faults.kinds import (
    Fault,
    InAnswer,
    InBytes,
    InMessage,
    InSealing,
    InSignatures,
    NoResponse,
)
from demo.idp.line import Line

VARIANTS: tuple[Fault, ...] = (
    Fault("level-higher", "Het niveau is eH4, hoger dan gevraagd.", InAnswer(answer.level_higher)),
    Fault("branch", "De machtiging geldt voor één vestiging.", InAnswer(identity.branch)),
    Fault("kvk-and-rsin", "KvK-nummer en RSIN, als twee waarden.", InAnswer(identity.kvk_and_rsin)),
    Fault("chain", "Via een intermediair (ketenmachtiging).", InAnswer(identity.through_an_intermediary)),
    Fault("response-signed", "Ook de Response is ondertekend.", InSignatures(signature.response_signed_too)),
    Fault(
        "several-recipients",
        "De identiteit is ook voor een ander versleuteld; diens sleutel staat vooraan.",
        InSealing(sealing.several_recipients),
    ),
    Fault(
        "advice-of-another",
        "Leverancier en register noemen in de Advice een ander bedrijf dan de makelaar.",
        InAnswer(identity.advice_of_another),
    ),
    Fault("no-advice", "Er is geen Advice.", InAnswer(identity.no_advice)),
)
"""Other ways to be right, which a service provider has to accept."""

_ANSWER: tuple[Fault, ...] = (
    Fault("level-lower", "Het niveau is lager dan gevraagd.", InAnswer(answer.level_lower)),
    Fault(
        "level-of-advice",
        "Het niveau is te laag; alleen in de Advice is het hoog genoeg.",
        InAnswer(answer.level_of_advice),
    ),
    Fault("level-unknown", "Het niveau bestaat niet.", InAnswer(answer.level_unknown)),
    Fault("wrong-audience", "De Audience is een andere dienstverlener.", InAnswer(answer.wrong_audience)),
    Fault("wrong-destination", "De Destination is een ander adres.", InAnswer(answer.wrong_destination)),
    Fault("wrong-recipient", "De Recipient is een ander adres.", InAnswer(answer.wrong_recipient)),
    Fault(
        "wrong-in-response-to-resolve",
        "InResponseTo van de ArtifactResponse hoort bij een andere vraag.",
        InAnswer(answer.wrong_in_response_to_resolve),
        only_by_artifact=True,
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
    Fault("clock-skew", "De klok van de makelaar loopt tien minuten voor.", InAnswer(answer.clock_skew)),
    Fault("cancelled", "Responder/AuthnFailed zonder Assertion.", InAnswer(answer.cancelled)),
    Fault("unsupported", "Requester/RequestUnsupported zonder Assertion.", InAnswer(answer.unsupported)),
    Fault(
        "failure-with-assertion",
        "Responder/AuthnFailed, en toch een Assertion.",
        InAnswer(answer.failure_with_assertion),
    ),
    Fault("no-assertion", "Success zonder Assertion.", InAnswer(answer.no_assertion)),
    Fault("no-response", "De ArtifactResponse is leeg.", NoResponse(), only_by_artifact=True),
)

_IDENTITY: tuple[Fault, ...] = (
    Fault("two-assertions", "Twee Assertions, de tweede van een ander.", InAnswer(identity.two_assertions)),
    Fault("wrong-service", "De ServiceUUID is van een andere dienst.", InAnswer(identity.wrong_service)),
    Fault("wrong-service-id", "Het ServiceID is van een andere dienst.", InAnswer(identity.wrong_service_id)),
    Fault("no-service", "ServiceUUID en ServiceID ontbreken.", InAnswer(identity.no_service)),
    Fault("no-legal-subject", "LegalSubjectID ontbreekt.", InAnswer(identity.no_legal_subject)),
    Fault("no-acting-subject", "ActingSubjectID ontbreekt.", InAnswer(identity.no_acting_subject)),
    Fault("attribute-twice", "LegalSubjectID komt twee keer voor.", InAnswer(identity.attribute_twice)),
    Fault("two-companies", "Twee KvK-nummers in LegalSubjectID.", InAnswer(identity.two_companies)),
    Fault("kvk-seven-digits", "Het KvK-nummer heeft zeven cijfers.", InAnswer(identity.kvk_of_seven_digits)),
    Fault("rsin-eleven-test", "Het RSIN voldoet niet aan de elfproef.", InAnswer(identity.rsin_eleven_test)),
    Fault(
        "foreign-identifier",
        "LegalSubjectID is een soort nummer waar de dienst niet om vraagt.",
        InAnswer(identity.foreign_identifier),
    ),
    Fault(
        "plain-legal-subject",
        "LegalSubjectID is niet versleuteld.",
        InAnswer(identity.plain_legal_subject),
    ),
    Fault(
        "acting-subject-not-pseudonym",
        "ActingSubjectID is een KvK-nummer.",
        InAnswer(identity.pseudonym_of_another_kind),
    ),
    Fault(
        "branch-eleven-digits",
        "Het vestigingsnummer heeft elf cijfers.",
        InAnswer(identity.branch_of_eleven_digits),
    ),
)

_SIGNATURES: tuple[Fault, ...] = (
    Fault("unsigned", "Alleen de Advice is ondertekend.", InSignatures(signature.unsigned)),
    Fault(
        "assertion-unsigned", "De Assertion is niet ondertekend.", InSignatures(signature.assertion_unsigned)
    ),
    Fault(
        "only-assertion-signed",
        "Alleen de Assertion is ondertekend.",
        InSignatures(signature.only_assertion_signed),
    ),
    Fault("other-key", "Ondertekend met een onbekende sleutel.", InSignatures(signature.other_key)),
    Fault(
        "assertion-other-key",
        "Alleen de Assertion is met een onbekende sleutel ondertekend.",
        InSignatures(signature.other_key_for_assertion),
    ),
    Fault(
        "certificate-in-key-info",
        "KeyInfo bevat een certificaat; dat mag niet.",
        InSignatures(signature.certificate_embedded),
    ),
)

_SEALING: tuple[Fault, ...] = (
    Fault("sealed-other-key", "Versleuteld met een onbekende sleutel.", InSealing(sealing.other_key)),
    Fault(
        "sealed-wrong-recipient",
        "De Recipient van de sleutel is een ander.",
        InSealing(sealing.wrong_recipient),
    ),
    Fault(
        "sealed-wrong-key-name", "De KeyName van de sleutel is onbekend.", InSealing(sealing.wrong_key_name)
    ),
    Fault("sealed-no-key", "Er is geen EncryptedKey.", InSealing(sealing.no_key)),
    Fault("sealed-key-spoiled", "De versleutelde sleutel is beschadigd.", InSealing(sealing.key_spoiled)),
    Fault("sealed-spoiled", "De versleutelde gegevens zijn beschadigd.", InSealing(sealing.cipher_spoiled)),
    Fault("sealed-cut", "De versleutelde gegevens zijn afgebroken.", InSealing(sealing.cipher_cut)),
    Fault("sealed-padding", "De opvulling klopt niet.", InSealing(sealing.padding_wrong)),
    Fault("sealed-weak-cipher", "Versleuteld met AES-128.", InSealing(sealing.weak_cipher)),
    Fault("sealed-old-transport", "De sleutel is met RSA 1.5 versleuteld.", InSealing(sealing.old_transport)),
    Fault("sealed-not-xml", "Wat versleuteld is, is geen XML.", InSealing(sealing.not_xml)),
    Fault("sealed-two", "Wat versleuteld is, zijn twee nummers.", InSealing(sealing.two_identifiers)),
    Fault(
        "sealed-document-type", "Wat versleuteld is, begint met een DTD.", InSealing(sealing.document_type)
    ),
    Fault("sealed-comment", "Commentaar midden in het versleutelde nummer.", InSealing(sealing.comment)),
)

_MESSAGE: tuple[Fault, ...] = (
    Fault(
        "signature-wrapping",
        "Een vervalst bericht om het ondertekende heen.",
        InMessage(message.signature_wrapping),
    ),
    Fault(
        "genuine-in-advice",
        "Een vervalste Assertion met de echte in de Advice.",
        InMessage(message.genuine_in_advice),
    ),
    Fault("advice-changed", "De Advice is onderweg veranderd.", InMessage(message.advice_changed)),
    Fault(
        "comment-in-attribute",
        "Commentaar in de ServiceUUID.",
        InMessage(message.comment_in_attribute),
    ),
    Fault("document-type", "Een DTD met een entiteit in het bericht.", InBytes(message.document_type)),
    Fault("slow", "Het achterkanaal antwoordt veel te laat.", Line.SLOW, only_by_artifact=True),
    Fault("dead", "Het achterkanaal verbreekt de verbinding.", Line.DEAD, only_by_artifact=True),
    Fault("http-500", "Het achterkanaal antwoordt met HTTP 500.", Line.ERROR, only_by_artifact=True),
    Fault("soap-fault", "Het achterkanaal antwoordt met SOAP-fout.", Line.SOAP_FAULT, only_by_artifact=True),
    Fault(
        "redirect", "Het achterkanaal antwoordt met een doorverwijzing.", Line.REDIRECT, only_by_artifact=True
    ),
)

FAULTS: tuple[Fault, ...] = (*VARIANTS, *_ANSWER, *_IDENTITY, *_SIGNATURES, *_SEALING, *_MESSAGE)
