"""Refusals of the floors, in the language of who reads them."""

from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from consent.errors import ConsentError
from ledger.errors import LedgerError
from portal.accounts.errors import AccountsError, UnknownPerson
from portal.cases.errors import CasesError
from portal.design.refusals import SENTENCES, said
from portal.records.errors import RecordsError

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


def test_every_sentence_belongs_to_a_code_that_an_error_has() -> None:
    known = set[str]().union(
        *map(codes, (AccountsError, CasesError, ConsentError, LedgerError, RecordsError))
    )
    assert SENTENCES.keys() - known == set()
