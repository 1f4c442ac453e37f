"""The words of contracts are translated on pages, all of them, and only there."""

from django.utils import translation

from consent import vocabulary
from consent.emergency import OUTCOMES, REASONS
from portal.design.vocabulary import CATEGORIES, PURPOSES, SAID, SENSITIVITIES


def test_every_word_of_the_vocabulary_is_in_the_catalogue() -> None:
    shown = (vocabulary.CATEGORIES, vocabulary.PURPOSES, vocabulary.SENSITIVITIES, REASONS, OUTCOMES)
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
