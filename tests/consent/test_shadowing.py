"""Before signing it is said which contracts overrule or repeat each other; and templates hold what they say."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent import templates
from consent.errors import ContradictoryTerms, UnknownTemplate
from consent.facts import AccessRequest, ResourceFacts
from consent.grantee import Grantee
from consent.shadowing import covers, overlap, shadows
from consent.terms import Terms
from tests.consent import cast, reference
from tests.consent.strategies import INSTANTS, any_record, any_request, any_terms, narrowings

OTHER = UUID(int=5)
PLENTY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("new", "other", "how"),
    [
        ({}, {"effect": "deny"}, "refuses"),
        ({"effect": "deny"}, {}, "is-refused"),
        ({}, {"categories": ["lab-results", "visits"]}, "covers"),
        ({"purposes": ["TREAT", "HRESCH"]}, {}, "is-covered"),
        ({}, {"effect": "deny", "sensitivity": ["PSY"]}, None),
        ({"sensitivity": ["PSY"]}, {"effect": "deny", "sensitivity": ["PSY"]}, "refuses"),
        ({}, {"effect": "deny", "categories": ["visits"]}, None),
        ({}, {"effect": "deny", "grantee": Grantee("practitioner", cast.OUTSIDER)}, None),
        ({}, {"effect": "deny", "grantee": Grantee("organisation", cast.RIVERSIDE)}, "refuses"),
        ({}, {"uses": 3}, "is-covered"),
    ],
)
def test_what_one_contract_does_to_another(
    new: dict[str, Any], other: dict[str, Any], how: str | None
) -> None:
    found = shadows(cast.terms(**new), [(OTHER, cast.terms(**other))])
    assert [(one.contract, one.how) for one in found] == ([(OTHER, how)] if how else [])


@PLENTY
@given(any_terms(), any_terms(), any_request(), any_record(), st.sampled_from(INSTANTS))
def test_contracts_that_both_speak_of_a_request_are_said_to_overlap(
    one: Terms, other: Terms, request: AccessRequest, record: ResourceFacts, now: Any
) -> None:
    if all(reference.matches(terms, request, record, now) for terms in (one, other)):
        assert overlap(one, other)


@PLENTY
@given(any_terms(), any_request(), any_record(), st.sampled_from(INSTANTS), st.data())
def test_a_contract_that_covers_another_speaks_of_all_that_the_other_does(
    wide: Terms, request: AccessRequest, record: ResourceFacts, now: Any, data: st.DataObject
) -> None:
    narrow = data.draw(narrowings(wide))
    if covers(wide, narrow) and reference.matches(narrow, request, record, now):
        assert reference.matches(wide, request, record, now)


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_each_template_makes_terms_with_whom_it_is_for(name: str) -> None:
    template = templates.TEMPLATES[name]
    for kind in template.kinds:
        grantee = Grantee(kind, cast.RIVERSIDE, role="administrator" if kind == "role" else "")
        made = templates.fill(name, custodian=cast.ST_MARY, grantee=grantee, ends=cast.END)
        assert cast.in_force(made).code.cedar
    with pytest.raises(ContradictoryTerms):
        wrong = Grantee("person" if "person" not in template.kinds else "team", cast.RIVERSIDE)
        templates.fill(name, custodian=cast.ST_MARY, grantee=wrong, ends=cast.END)


def test_a_consent_under_part_2_carries_the_notice() -> None:
    made = templates.fill("part-2", custodian=cast.ST_MARY, grantee=cast.A_DOCTOR, ends=cast.END)
    assert "redisclosure" in cast.in_force(made).duties
    with pytest.raises(ContradictoryTerms):
        templates.fill(
            "part-2", custodian=cast.ST_MARY, grantee=cast.A_DOCTOR, ends=cast.END, redisclosure=False
        )
    with pytest.raises(UnknownTemplate):
        templates.fill("horoscope", custodian=cast.ST_MARY, grantee=cast.A_DOCTOR, ends=cast.END)
    longer = templates.fill(
        "family", custodian=cast.ST_MARY, grantee=Grantee("person", OTHER), ends=cast.END + timedelta(days=1)
    )
    assert longer.ends == cast.END + timedelta(days=1)
