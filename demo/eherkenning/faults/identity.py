"""What is otherwise about who an answer is about; it is encrypted and signed as it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from demo.eherkenning import names
from demo.eherkenning.encryption import Identifier
from demo.eherkenning.faults.answer import FOREIGN, each
from demo.eherkenning.messages import Answer, Attribute, Statement
from demo.eherkenning.people import Organisation
from demo.eherkenning.telling import chain

OTHER_KVK = "90099999"
BRANCH_NUMBER = "000090013541"
BETWEEN = Organisation("90077001", "Intermediair De Schakel")
RSIN = "900135402"

Values = tuple[str | Identifier, ...]


def two_assertions(answer: Answer) -> Answer:
    """A second Assertion beside the first, for another company."""
    others = each(answer, lambda one: _with_legal_subject(one, _kvk(OTHER_KVK))).statements
    return replace(answer, statements=(*answer.statements, *others))


def wrong_service(answer: Answer) -> Answer:
    """The login was for another service, by ServiceUUID."""
    other = "00000000-0000-4000-8000-000000000000"
    return _set(answer, names.SERVICE_UUID, lambda _values: (other,))


def wrong_service_id(answer: Answer) -> Answer:
    """The login was for another service, by ServiceID."""
    return _set(answer, names.SERVICE_ID, lambda _values: (FOREIGN.replace("entities", "services"),))


def no_service(answer: Answer) -> Answer:
    """It is not told which service the login was for."""
    return _without(_without(answer, names.SERVICE_UUID), names.SERVICE_ID)


def no_legal_subject(answer: Answer) -> Answer:
    """It is not told for which company."""
    return _without(answer, names.LEGAL_SUBJECT)


def no_acting_subject(answer: Answer) -> Answer:
    """It is not told who acted."""
    return _without(answer, names.ACTING_SUBJECT)


def attribute_twice(answer: Answer) -> Answer:
    """Two attributes of the name LegalSubjectID, for two companies."""
    other = Attribute(names.LEGAL_SUBJECT, (_kvk(OTHER_KVK),))
    return _add(answer, other)


def two_companies(answer: Answer) -> Answer:
    """Two KvK numbers in one LegalSubjectID."""
    return _set(answer, names.LEGAL_SUBJECT, lambda values: (*values, _kvk(OTHER_KVK)))


def kvk_of_seven_digits(answer: Answer) -> Answer:
    """A KvK number that lost its first digit."""
    return _set(answer, names.LEGAL_SUBJECT, _shortened)


def rsin_eleven_test(answer: Answer) -> Answer:
    """An RSIN beside the KvK number, that cannot be one."""
    wrong = Identifier(names.RSIN, RSIN[:-1] + str((int(RSIN[-1]) + 1) % 10))
    return _set(answer, names.LEGAL_SUBJECT, lambda values: (*values, wrong))


def foreign_identifier(answer: Answer) -> Answer:
    """A kind of identifier that this service did not ask for."""
    kind = "urn:etoegang:1.12:EntityConcernedID:BSN"
    return _set(answer, names.LEGAL_SUBJECT, lambda _values: (Identifier(kind, "999990019"),))


def plain_legal_subject(answer: Answer) -> Answer:
    """The KvK number readable for everybody on the way."""
    return _set(answer, names.LEGAL_SUBJECT, _opened)


def pseudonym_of_another_kind(answer: Answer) -> Answer:
    """The person under a KvK number in place of a pseudonym."""
    return _set(answer, names.ACTING_SUBJECT, lambda _values: (_kvk(OTHER_KVK),))


def branch_of_eleven_digits(answer: Answer) -> Answer:
    """A branch number that is none."""
    return _add(_without(answer, names.BRANCH), Attribute(names.BRANCH, (BRANCH_NUMBER[1:],)))


def branch(answer: Answer) -> Answer:
    """Only for one branch."""
    return _add(_without(answer, names.BRANCH), Attribute(names.BRANCH, (BRANCH_NUMBER,)))


def kvk_and_rsin(answer: Answer) -> Answer:
    """Two identifiers of the same company."""
    both = Identifier(names.RSIN, RSIN)
    return _set(answer, names.LEGAL_SUBJECT, lambda values: (*_only(values, names.KVK_NUMBER), both))


def through_an_intermediary(answer: Answer) -> Answer:
    """A chain: the company authorised another one, that authorised the person."""
    clean = _without(_without(answer, names.INTERMEDIARY), names.INTERMEDIARY_NAME)
    for attribute in chain(BETWEEN):
        clean = _add(clean, attribute)
    return clean


def advice_of_another(answer: Answer) -> Answer:
    """Supplier and register speak of another company than the makelaar does."""
    return each(answer, lambda one: _told_of(one, _kvk(OTHER_KVK)))


def no_advice(answer: Answer) -> Answer:
    """Nothing from supplier and register."""
    return each(answer, lambda one: replace(one, told=()))


def _kvk(number: str) -> Identifier:
    return Identifier(names.KVK_NUMBER, number)


def _told_of(statement: Statement, identifier: Identifier) -> Statement:
    told = tuple(replace(one, legal_subject=identifier) for one in statement.told)
    return replace(statement, told=told)


def _set(answer: Answer, name: str, change: Callable[[Values], Values]) -> Answer:
    def changed(one: Attribute) -> Attribute:
        return replace(one, values=change(one.values)) if one.name == name else one

    return each(answer, lambda one: replace(one, attributes=tuple(map(changed, one.attributes))))


def _add(answer: Answer, attribute: Attribute) -> Answer:
    return each(answer, lambda one: replace(one, attributes=(*one.attributes, attribute)))


def _without(answer: Answer, name: str) -> Answer:
    return each(
        answer,
        lambda one: replace(one, attributes=tuple(kept for kept in one.attributes if kept.name != name)),
    )


def _with_legal_subject(statement: Statement, identifier: Identifier) -> Statement:
    attributes = tuple(
        replace(one, values=(identifier,)) if one.name == names.LEGAL_SUBJECT else one
        for one in statement.attributes
    )
    return replace(statement, attributes=attributes)


def _shortened(values: Values) -> Values:
    return tuple(
        replace(one, value=one.value[1:])
        if isinstance(one, Identifier) and one.qualifier == names.KVK_NUMBER
        else one
        for one in values
    )


def _only(values: Values, qualifier: str) -> Values:
    return tuple(one for one in values if isinstance(one, Identifier) and one.qualifier == qualifier)


def _opened(values: Values) -> Values:
    return tuple(one.value if isinstance(one, Identifier) else one for one in values)
