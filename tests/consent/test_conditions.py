"""Conditions and duties of permits, each varied in every example: the compiled Cedar against a plain reading of them.

The tests of the whole language draw conditions rarely, so that contracts and requests still meet. Here who asks, for
what and why always fits, so that the conditions alone decide.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.compiler import counter_of
from consent.facts import AccessRequest
from consent.terms import Terms
from consent.vocabulary import EVENTS
from tests.consent import cast, reference
from tests.consent.asking import one
from tests.consent.strategies import INSTANTS, any_counts

events = st.frozensets(st.sampled_from(list(EVENTS)))
limits = st.none() | st.integers(1, 3)


@st.composite
def conditioned(draw: st.DrawFn) -> Terms:
    starts = draw(st.sampled_from([None, *INSTANTS[:-1]]))
    return cast.terms(
        starts=starts,
        ends=draw(st.sampled_from([each for each in [*INSTANTS, cast.END] if not starts or each > starts])),
        strong=draw(st.booleans()),
        during=tuple(draw(events)),
        uses=draw(limits),
        suspend_above=draw(limits),
        cosigner=draw(st.sampled_from([None, cast.GUARDIAN])),
        notify=draw(st.booleans()),
        redisclosure=draw(st.booleans()),
        report_back=draw(st.booleans()),
    )


def duties_of(terms: Terms) -> set[str]:
    owed = {"notify": terms.notify, "redisclosure": terms.redisclosure, "report-back": terms.report_back}
    return {name for name, due in owed.items() if due}


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(conditioned(), any_counts()), min_size=1, max_size=4),
    st.builds(cast.asks, strong=st.booleans(), open=events),
    st.sampled_from(INSTANTS),
)
def test_conditions_decide_and_a_permit_owes_what_each_contract_that_permits_asks(
    agreed: list[tuple[Terms, tuple[int, int]]], request: AccessRequest, now: Any
) -> None:
    used = {
        counter_of(terms, person=cast.PATIENT): counts for terms, counts in agreed
    }  # the same terms, one count
    read = [(terms, used[counter_of(terms, person=cast.PATIENT)]) for terms, _ in agreed]
    contracts = [cast.in_force(terms, number, counts=counts) for number, (terms, counts) in enumerate(read)]
    decision = one(request, cast.record(), *contracts, now=now)
    permitting = [
        terms for terms, counts in read if reference.matches(terms, request, cast.record(), now, counts)
    ]
    assert decision.permitted == bool(permitting)
    assert set(decision.duties) == {duty for terms in permitting for duty in duties_of(terms)}
    free = [terms for terms in permitting if terms.uses is None and terms.suspend_above is None]
    assert decision.counted == bool(permitting and not free), "a use counts only where none permits without"


@settings(max_examples=200, deadline=None)
@given(conditioned(), any_counts(), st.builds(cast.asks, strong=st.booleans(), open=events))
def test_a_refusal_beside_it_denies_whatever_the_conditions(
    terms: Terms, counts: tuple[int, int], request: AccessRequest
) -> None:
    refusal = cast.in_force(cast.terms(effect="deny"), 2)
    decision = one(request, cast.record(), cast.in_force(terms, counts=counts), refusal)
    assert (decision.permitted, decision.duties, decision.counted) == (False, (), False)
