"""The words of contracts are translated on pages, all of them, and only there."""

from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from consent import vocabulary
from consent.base_variants import VARIANTS
from consent.emergency import OUTCOMES, REASONS
from portal.administration.forms import ChoosePolicy
from portal.design.vocabulary import CATEGORIES, PURPOSES, SAID, SENSITIVITIES
from portal.patients.forms import ShowTo


def test_every_word_of_the_vocabulary_is_in_the_catalogue() -> None:
    shown = (
        vocabulary.CATEGORIES,
        vocabulary.PURPOSES,
        vocabulary.SENSITIVITIES,
        REASONS,
        OUTCOMES,
        VARIANTS,
    )
    assert {words for each in shown for words in each.values()} == set(SAID)


def test_words_are_those_of_the_reader_and_codes_stay() -> None:
    assert dict(CATEGORIES) == dict(vocabulary.CATEGORIES)
    with translation.override("ar"):
        assert CATEGORIES["medicines"] == "الأدوية"
        assert PURPOSES["TREAT"] == "العلاج"
        assert SENSITIVITIES["HIV"] == "فيروس نقص المناعة البشرية"
        assert vocabulary.CATEGORIES["medicines"] == "medicines", (
            "what is hashed is of no language but its own"
        )


def test_choices_are_in_the_language_of_the_page_and_not_of_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arabic: Any = trans_real.translation("ar")
    monkeypatch.setitem(arabic._catalog._catalogs[0], VARIANTS["deny"], "لا أحد يقرأ بدون عقد.")
    with translation.override("ar"):
        parts = str(ShowTo(places=[("here", "Here")])["what"])
        policies = str(ChoosePolicy()["variant"])
    assert "الأدوية" in parts
    assert "لا أحد يقرأ بدون عقد." in policies
