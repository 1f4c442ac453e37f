"""The compiled Cedar answers as a plain reading of the rules does, on anything that hypothesis can think of."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.fhir.compiling import compile_consent
from consent.fhir.deciding import decide
from tests.consent import fhir_cast, fhir_reference
from tests.consent.fhir_strategies import consents, requests

REQUESTS = 12


def test_the_compiled_consents_answer_as_a_plain_reading_does() -> None:
    answers: Counter[str] = Counter()

    @settings(
        max_examples=500,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        st.lists(consents(), min_size=1, max_size=3),
        st.lists(requests, min_size=REQUESTS, max_size=REQUESTS),
    )
    def agree(drawn: list[dict[str, Any]], asked: list[dict[str, Any]]) -> None:
        codes = [compile_consent(consent) for consent in drawn]
        for request in asked:
            answer = fhir_cast.word(decide(codes, fhir_cast.asked(request)))
            assert answer == fhir_reference.answer(drawn, request)
            answers[answer] += 1

    agree()
    assert answers.total() >= 5000
    assert min(answers[word] for word in ("permit", "deny", "silent")) > 300, answers
