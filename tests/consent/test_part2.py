"""A consent under 42 CFR Part 2 says what 2.31(a) asks, as amended in 2024, and the patient signs that it does."""

from dataclasses import replace

import pytest

from consent import part2, sentence, templates
from consent.terms import Grantee, Terms
from tests.consent import cast

PASSING_ON = "as the HIPAA regulations allow, except for civil, criminal, administrative and legislative"
ASKED_FOR_CARE = ("may then no longer protect it", "If you do not sign")


def consent(name: str = "part-2", grantee: Grantee = cast.A_DOCTOR, **changes: object) -> Terms:
    return templates.fill(name, custodian=cast.ST_MARY, grantee=grantee, ends=cast.END, **changes)


def elements(terms: Terms, signed: str = "", template: str = sentence.TEMPLATE) -> dict[str, str]:
    return dict(
        part2.elements(
            terms,
            patient="Ana Lindgren",
            custodian="St Mary",
            recipient="Dr Ray",
            expiry="the end of 2027",
            signed=signed,
            kinds=(),
            template=template,
        )
    )


def test_the_elements_follow_the_paragraphs_and_none_is_missing() -> None:
    said = elements(consent())
    assert [key.split()[0] for key in said] == ["1", "2", "3", "4", "4", "5", "6", "7", "8", "9", "10", "10"]
    assert all(said.values())
    assert "substance use" in said["3 how much and what kind"]
    assert elements(consent(), signed="1 May 2027")["9 date"] == "1 May 2027"


@pytest.mark.parametrize("name", ["part-2", "part-2-care"])
def test_each_statement_of_the_elements_is_in_the_signed_sentence(name: str) -> None:
    """The elements stand beside the contract; what is signed is the sentence, so it holds the statements itself."""
    terms = consent(name)
    signed = sentence.write(terms, cast.DISPLAY)
    said = part2.elements(
        terms,
        patient="",
        custodian=cast.DISPLAY.custodian,
        recipient="",
        expiry="",
        signed="",
        kinds=(),
        template=sentence.TEMPLATE,
    )
    for key in ("4 passing on", "6 right to revoke", "10 no longer protected", "10 refusal"):
        assert said[key] in signed, key
    assert PASSING_ON in signed
    assert f"in writing to {cast.DISPLAY.custodian}" in signed


def test_one_consent_may_cover_all_future_care_payment_and_operations() -> None:
    said = elements(consent("part-2-care"))
    assert said["5 purpose"] == "all future uses for treatment, payment and health care operations"
    assert elements(consent())["5 purpose"] == "treatment"
    both = replace(consent("part-2-care"), purposes=(*part2.ALL_CARE, "HRESCH"))
    assert elements(both)["5 purpose"].endswith("operations, research")


def test_what_is_not_for_care_may_not_be_passed_on_and_asks_for_fewer_statements() -> None:
    signed = sentence.write(consent(purposes=("HRESCH",)), cast.DISPLAY)
    assert "told not to pass it on" in signed
    assert not any(words in signed for words in (PASSING_ON, *ASKED_FOR_CARE))


def test_beside_other_purposes_only_what_is_for_care_may_be_passed_on() -> None:
    terms = consent(purposes=("TREAT", "HPAYMT", "HRESCH"))
    said = elements(terms)["4 passing on"]
    assert said in sentence.write(terms, cast.DISPLAY)
    care, others = said.split("; ")
    assert care.startswith(
        f"What they receive for treatment or payment for care they may pass on {PASSING_ON}"
    )
    assert others == "what they receive for research they are told not to pass on."
    assert "research" not in elements(consent("part-2-care"))["4 passing on"]


@pytest.mark.parametrize("template", ["en-1", "en-2", "en-3"])
def test_of_a_consent_signed_before_the_statements_none_is_said(template: str) -> None:
    said = elements(consent("part-2-care"), template=template)
    assert [key for key, words in said.items() if not words] == [
        "4 passing on",
        "6 right to revoke",
        "10 no longer protected",
        "10 refusal",
    ]
    assert said["5 purpose"] == "treatment, payment for care, running the organisation"


def test_a_relative_is_not_bound_by_hipaa_so_may_not_pass_it_on() -> None:
    relative = Grantee("person", cast.RIVERSIDE)
    signed = sentence.write(consent(grantee=relative), cast.DISPLAY)
    assert "told not to pass it on" in signed
    assert PASSING_ON not in signed
    assert all(words in signed for words in ASKED_FOR_CARE)


def test_no_other_contract_speaks_of_part_2() -> None:
    assert "Part 2" not in sentence.write(consent("treatment"), cast.DISPLAY)
