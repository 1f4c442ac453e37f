"""Refusals of the floors, in the language of who reads them."""

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real

from portal.accounts.errors import UnknownPerson
from portal.design.refusals import SENTENCES, said
from portal.patients.grantees import GranteeUnclear, named
from portal.staff.answering import DOMAIN_ERRORS

# Codes that no page shows: FHIR, applications, commands and the protocols between logs answer with their own sentence.
FOR_PROGRAMS = {
    *("bundle-invalid", "condition-not-selective", "id-mismatch", "json-malformed", "patch-failed"),
    *("patch-invalid", "reference-unresolved", "unknown-export"),
    *("fhir-consent-code-unknown", "fhir-consent-inexpressible", "fhir-consent-malformed"),
    *("fhir-consent-refused", "fhir-consent-unsupported", "cases-malformed"),
    *("assertion-refused", "bad-registration", "invalid-token", "keys-unreachable", "unknown-scope"),
    "confirmation-needed",
    *("unserved-scope", "wrong-audience"),
    *(
        "alarm-stands",
        "clock-jumped",
        "database-not-durable",
        "erasure-waits",
        "key-not-in-force",
        "legal-hold",
    ),
    "log-exists",
    *("tree-broken", "unknown-hold"),
    *("another-log", "log-unreachable", "not-signed-by-log", "old-size-differs"),
    *("archive-in-making", "archive-not-ready", "unknown-archive", "unknown-run"),
}
# Its sentences are translated where they are made: each names what to correct.
TRANSLATED_ALREADY = {GranteeUnclear.code}
# What a decision refuses beside the contracts; `Denied` bears it as its code.
DECIDED = {"emergency-not-covered", "insufficient-scope", "not-author", "purpose-not-allowed"}
OWN = "No such patient is registered at this organisation. Check the number."


def codes(kind: Any) -> set[str]:
    return {kind.code}.union(*(codes(each) for each in kind.__subclasses__()))


def test_in_english_an_error_says_its_own_sentence() -> None:
    with translation.override("en"):
        assert said(UnknownPerson(OWN)) == OWN


def test_in_another_language_it_says_the_translated_sentence_of_its_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with translation.override("en"):
        general = str(SENTENCES["unknown-person"])
    arabic: Any = trans_real.translation("ar")
    monkeypatch.setitem(arabic._catalog._catalogs[0], general, "لا يوجد مريض بهذا الرقم.")
    with translation.override("ar"):
        assert said(UnknownPerson(OWN)) == "لا يوجد مريض بهذا الرقم."


def test_what_is_not_translated_is_said_as_it_is() -> None:
    with translation.override("ar"):
        assert said(ValueError("Something else.")) == "Something else."


def test_every_refusal_that_a_page_can_show_has_a_sentence_and_no_sentence_is_for_nothing() -> None:
    import_module(settings.ROOT_URLCONF)  # with it, every error that a page can meet
    known = DECIDED.union(*map(codes, DOMAIN_ERRORS))
    assert known - SENTENCES.keys() == FOR_PROGRAMS | TRANSLATED_ALREADY
    assert SENTENCES.keys() - known == set()


def test_what_does_not_fit_a_grantee_is_said_in_the_language_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arabic: Any = trans_real.translation("ar")
    monkeypatch.setitem(arabic._catalog._catalogs[0], "Choose the organisation.", "اختر المؤسسة.")
    with translation.override("ar"), pytest.raises(GranteeUnclear) as refused:
        named("organisation", "", "")
    assert said(refused.value) == "اختر المؤسسة."
