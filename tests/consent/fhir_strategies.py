"""What hypothesis draws FHIR consents and requests from: few values, so that they meet, and every boundary."""

from typing import Any

from hypothesis import strategies as st

from tests.consent import fhir_cast
from tests.consent.fhir_cast import CLINIC, DOCTOR, INSURER, NURSE, PROJECT, TEAM

BOUNDS = [
    "2021",
    "2022-06",
    "2022-07-01",
    "2022-07-01T14:00:00+02:00",
    "2022-07-01T12:00:00.5Z",
    "2022-07-02",
]
INSTANTS = [
    "2021-12-31T23:59:59.999999Z",
    "2022-07-01T00:00:00Z",
    "2022-07-01T11:59:59.999999Z",
    "2022-07-01T12:00:00Z",
    "2022-07-01T12:00:00.500000Z",
    "2022-07-01T12:00:00.600000Z",
    "2022-07-01T12:00:01Z",
    "2022-07-02T01:00:00+02:00",
    "2023-01-01T00:00:00Z",
]
DATES = [None, *BOUNDS, "2022", "2022-07", "2022-07-01T12:00:00Z", "2022-06-30", "2020-01-01"]
LABELS = ["N", "R", "V", "L", "ETH", "ETHUD", "HIV"]
PURPOSES = ["TREAT", "BTG", f"{PROJECT}|TREAT"]


def some(values: list[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


def spans() -> st.SearchStrategy[tuple[str | None, str | None]]:
    pairs = [(start, end) for i, start in enumerate(BOUNDS) for end in BOUNDS[i:]]
    ordered = [
        pair
        for pair in pairs
        if pair[1] != "2022-07-01T14:00:00+02:00" or pair[0] != "2022-07-01T12:00:00.5Z"
    ]
    return st.sampled_from([*ordered, *((None, end) for end in BOUNDS), *((start, None) for start in BOUNDS)])


ACTORS = [(who, role) for who in (DOCTOR, CLINIC, INSURER, TEAM) for role in ("IRCP", "PRCP")]
DATA = [
    ("instance", "Observation/sugar"),
    ("related", "Encounter/visit"),
    ("related", "Observation/sugar"),
    ("authoredby", "Practitioner/author"),
]
STATED = {
    "period": spans(),
    "dates": spans(),
    "actor": some(ACTORS),
    "action": some(["access", "collect"]),
    "label": some(LABELS),
    "purpose": some(PURPOSES),
    "type": some(["Observation", "Condition"], 1),
    "data": some(DATA),
}


@st.composite
def rules(draw: st.DrawFn, depth: int = 3) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(list(STATED)), max_size=2, unique=True))
    stated = {name: draw(STATED[name]) for name in names}
    inner = [draw(rules(depth - 1)) for _ in range(draw(st.integers(0, 2)))] if depth else []
    return fhir_cast.rule(draw(st.sampled_from(["permit", "deny"])), *inner, **stated)


@st.composite
def consents(draw: st.DrawFn) -> dict[str, Any]:
    """Most of them apply."""
    changes: dict[str, Any] = {"status": draw(st.sampled_from(["active"] * 9 + ["inactive"]))}
    scope = draw(st.sampled_from(["patient-privacy"] * 9 + ["research"]))
    changes["scope"] = fhir_cast.concept("consentscope", scope)
    return fhir_cast.consent(draw(rules()), **changes)


requests = st.builds(
    fhir_cast.request,
    actor_reference=st.sampled_from([DOCTOR, DOCTOR, NURSE, None]),
    actor_organization=st.sampled_from([CLINIC, CLINIC, INSURER, None]),
    actor_groups=st.sampled_from([[], [TEAM]]),
    actor_role=st.sampled_from(["IRCP", "PRCP", "CST", None]),
    action=st.sampled_from(["access", "access", "collect", "use"]),
    purpose=st.sampled_from([*PURPOSES, None]),
    now=st.sampled_from(INSTANTS),
    resourceType=st.sampled_from(["Observation", "Observation", "Condition"]),
    patient=st.sampled_from(["Patient/ann"] * 9 + ["Patient/bea"]),
    authored_by=st.sampled_from(["Practitioner/author", "Practitioner/other", None]),
    date=st.sampled_from(DATES),
    securityLabels=st.lists(st.sampled_from(LABELS), max_size=2, unique=True),
    related=st.sampled_from([[], ["Encounter/visit"]]),
)
