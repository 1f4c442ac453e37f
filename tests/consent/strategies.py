"""What hypothesis draws terms, requests and records from: few values, so that they meet."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from consent.facts import AccessRequest, ResourceFacts
from consent.terms import Grantee, Terms
from consent.vocabulary import LEVELS, SENSITIVITIES
from tests.consent import cast

ACTORS = [cast.DOCTOR, cast.DOCTOR_ELSEWHERE, cast.GUARDIAN]
CATEGORIES = ["lab-results", "medicines", "visits"]
PURPOSES = ["TREAT", "HRESCH", "BTG"]
ACTIONS = ["read", "write", "export"]
INSTANTS = [cast.NOW + timedelta(microseconds=offset) for offset in (-2, -1, 0, 1, 2)]


@st.composite
def grantees(draw: st.DrawFn) -> Grantee:
    kind = draw(st.sampled_from(["practitioner", "organisation", "person"]))
    if kind == "organisation":
        return Grantee(kind, draw(st.sampled_from([cast.ST_MARY, cast.RIVERSIDE])))
    organisation = draw(st.sampled_from([None, cast.RIVERSIDE])) if kind == "practitioner" else None
    return Grantee(kind, draw(st.sampled_from(ACTORS)), organisation)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    def some(words: list[str], least: int = 1) -> Any:
        return draw(st.lists(st.sampled_from(words), min_size=least, unique=True))

    starts = draw(st.sampled_from([None, *INSTANTS]))
    return Terms(
        custodian=draw(st.sampled_from([cast.ST_MARY, cast.RIVERSIDE])),
        grantee=draw(grantees()),
        categories=some(CATEGORIES),
        purposes=some(PURPOSES),
        actions=some(ACTIONS),
        sensitivity=some(list(SENSITIVITIES), least=0),
        starts=starts,
        ends=draw(
            st.sampled_from([instant for instant in [*INSTANTS, cast.END] if not starts or instant > starts])
        ),
        strong=draw(st.booleans()),
        notify=draw(st.booleans()),
        effect=draw(st.sampled_from(["permit", "permit", "permit", "deny"])),
    )


@st.composite
def any_request(draw: st.DrawFn) -> AccessRequest:
    return AccessRequest(
        actor=draw(st.sampled_from(ACTORS)),
        person=draw(st.sampled_from([cast.PATIENT, cast.PATIENT, cast.NEIGHBOUR])),
        custodian=draw(st.sampled_from([cast.ST_MARY, cast.ST_MARY, cast.RIVERSIDE])),
        organisation=draw(st.sampled_from([None, cast.ST_MARY, cast.RIVERSIDE])),
        role=draw(st.sampled_from([None, "clinician", "clinician", "guardian", "patient"])),
        action=draw(st.sampled_from(ACTIONS)),
        purpose=draw(st.sampled_from([*PURPOSES, "nonsense"])),
        strong=draw(st.booleans()),
        is_self=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def any_record(draw: st.DrawFn) -> ResourceFacts:
    labels = draw(st.frozensets(st.sampled_from([*LEVELS, *SENSITIVITIES, "NEW"]), max_size=3))
    return cast.record(draw(st.sampled_from(CATEGORIES)), *labels)
