"""What hypothesis draws terms, requests and records from: few values, so that they meet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from hypothesis import strategies as st

from consent.facts import AccessRequest, ResourceFacts
from consent.terms import GRANTEE_KINDS, Grantee, Named, Terms
from consent.vocabulary import EVENTS, LEVELS, SENSITIVITIES
from tests.consent import cast

ACTORS = [cast.DOCTOR, cast.DOCTOR_ELSEWHERE, cast.GUARDIAN]
CATEGORIES = ["lab-results", "medicines", "visits"]
PURPOSES = ["TREAT", "HRESCH", "BTG"]
ACTIONS = ["read", "write", "export"]
ROLES = ["clinician", "administrator", "privacy_officer"]
ACTING = [None, "clinician", "clinician", "guardian", "patient", "administrator", "application"]
TYPES = ["Observation", "Encounter"]
REFERENCES = ["Observation/1", "Observation/2", "Encounter/3"]
AUTHORS = ["Practitioner/7", "Practitioner/8"]
TEAMS = [UUID(int=number) for number in (71, 72)]
GROUPS = [UUID(int=number) for number in (81, 82)]
INSTANTS = [cast.NOW + timedelta(microseconds=offset) for offset in (-2, -1, 0, 1, 2)]


@st.composite
def grantees(draw: st.DrawFn) -> Grantee:
    kind = draw(st.sampled_from(GRANTEE_KINDS))
    if kind == "role":
        place, role = draw(st.sampled_from([cast.ST_MARY, cast.RIVERSIDE])), draw(st.sampled_from(ROLES))
        return Grantee(kind, place, role=role)
    if kind in ("organisation", "team", "group"):
        among = {"organisation": [cast.ST_MARY, cast.RIVERSIDE], "team": TEAMS, "group": GROUPS}
        return Grantee(kind, draw(st.sampled_from(among[kind])))
    organisation = draw(st.sampled_from([None, cast.RIVERSIDE])) if kind == "practitioner" else None
    return Grantee(kind, draw(st.sampled_from(ACTORS)), organisation)


def rarely(values: st.SearchStrategy[Any], usual: Any = None) -> st.SearchStrategy[Any]:
    """Mostly as if it were not there, so that contracts and requests still meet."""
    return st.one_of(st.just(usual), st.just(usual), st.just(usual), values)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    def some(words: list[Any], least: int = 1) -> Any:
        return draw(st.lists(st.sampled_from(words), min_size=least, max_size=3, unique=True))

    starts = draw(st.sampled_from([None, *INSTANTS]))
    effect: Literal["permit", "deny"] = draw(st.sampled_from(["permit", "permit", "permit", "deny"]))
    grantee, sensitivity = draw(grantees()), some(list(SENSITIVITIES), least=0)
    fit = grantee.kind == "person" and effect == "permit" and not set(sensitivity) & set(LEVELS)
    delegation = ["manage_consent"] if fit else []
    named = rarely(st.lists(any_named(), min_size=1, max_size=3), ())
    conditions = draw(any_conditions(sensitivity)) if effect == "permit" else {}
    return Terms(
        custodian=draw(st.sampled_from([cast.ST_MARY, cast.ST_MARY, cast.RIVERSIDE])),
        grantee=grantee,
        categories=some(CATEGORIES),
        purposes=some(PURPOSES),
        actions=some([*ACTIONS, *delegation]),
        sensitivity=sensitivity,
        starts=starts,
        ends=draw(
            st.sampled_from([instant for instant in [*INSTANTS, cast.END] if not starts or instant > starts])
        ),
        strong=draw(st.booleans()),
        notify=draw(st.booleans()),
        effect=effect,
        types=draw(rarely(st.lists(st.sampled_from(TYPES), min_size=1, max_size=2), ())),
        records=draw(named),
        data_starts=draw(rarely(st.sampled_from(INSTANTS[:2]))),
        data_ends=draw(rarely(st.sampled_from(INSTANTS[2:]))),
        **conditions,
    )


@st.composite
def any_conditions(draw: st.DrawFn, sensitivity: list[str]) -> dict[str, Any]:
    """What a permit may ask for and a refusal may not."""
    free = sorted(set(SENSITIVITIES) - set(LEVELS) - {"ETH"} - set(sensitivity))
    return {
        "excluded": draw(rarely(st.lists(st.sampled_from(free), max_size=2), ())) if free else (),
        "uses": draw(rarely(st.integers(1, 3))),
        "suspend_above": draw(rarely(st.integers(1, 3))),
        "during": draw(rarely(st.lists(st.sampled_from(list(EVENTS)), min_size=1), ())),
        "cosigner": draw(rarely(st.just(cast.GUARDIAN))),
        "redisclosure": draw(st.booleans()),
        "report_back": draw(st.booleans()),
    }


def any_named() -> st.SearchStrategy[Named]:
    return st.one_of(
        st.builds(Named, st.sampled_from(["instance", "related", "dependents"]), st.sampled_from(REFERENCES)),
        st.builds(Named, st.just("authoredby"), st.sampled_from(AUTHORS)),
    )


@st.composite
def any_request(draw: st.DrawFn) -> AccessRequest:
    return AccessRequest(
        actor=draw(st.sampled_from(ACTORS)),
        person=draw(st.sampled_from([cast.PATIENT, cast.PATIENT, cast.NEIGHBOUR])),
        custodian=draw(st.sampled_from([cast.ST_MARY, cast.ST_MARY, cast.RIVERSIDE])),
        organisation=draw(st.sampled_from([None, cast.ST_MARY, cast.RIVERSIDE])),
        role=draw(
            st.sampled_from(
                [None, "clinician", "clinician", "guardian", "patient", "administrator", "application"]
            )
        ),
        action=draw(st.sampled_from([*ACTIONS, "manage_consent"])),
        purpose=draw(st.sampled_from([*PURPOSES, "nonsense"])),
        strong=draw(st.booleans()),
        is_self=draw(st.sampled_from([False, False, False, True])),
        teams=draw(st.frozensets(st.sampled_from(TEAMS))),
        groups=draw(st.frozensets(st.sampled_from(GROUPS))),
        open=draw(st.frozensets(st.sampled_from(list(EVENTS)))),
    )


@st.composite
def any_record(draw: st.DrawFn) -> ResourceFacts:
    """A record that refers to some of the named ones, and may be referred to by others."""
    kind, key = draw(st.sampled_from(REFERENCES)).split("/")
    refers = draw(st.frozensets(st.sampled_from(REFERENCES), max_size=2))
    date = draw(st.sampled_from([None, *INSTANTS]))
    return ResourceFacts(
        type=kind,
        id=key,
        category=draw(st.sampled_from(CATEGORIES)),
        labels=draw(st.frozensets(st.sampled_from([*LEVELS, *SENSITIVITIES, "NEW"]), max_size=3)),
        date=date,
        author=draw(st.sampled_from([None, *AUTHORS, "Practitioner/other"])),
        until=date + draw(st.sampled_from([1, 2])) * (INSTANTS[1] - INSTANTS[0]) if date else None,
        linked=refers | draw(st.frozensets(st.sampled_from(REFERENCES), max_size=1)),
        refers=refers,
    )


def any_counts() -> st.SearchStrategy[tuple[int, int]]:
    """(in all, today) of a contract's uses."""
    return st.tuples(st.integers(0, 3), st.integers(0, 3))


@st.composite
def narrowings(draw: st.DrawFn, wide: Terms) -> Terms:
    """These terms with less in one or more of their parts, or one more condition."""
    changes: dict[str, Any] = {}
    types, records, named, during = map(list, (wide.types, wide.records, wide.sensitivity, wide.during))
    for name in ("categories", "purposes", "actions"):
        if words := list(getattr(wide, name)):
            changes[name] = draw(st.lists(st.sampled_from(words), min_size=1, unique=True))
    changes |= {"types": types[:1], "records": records[:1]}
    if wide.starts is None:
        changes["starts"] = draw(rarely(st.just(INSTANTS[0])))
    changes["data_starts"] = wide.data_starts or draw(rarely(st.just(INSTANTS[1])))
    if wide.effect == "permit":
        levels = [code for code in named if code in LEVELS]
        changes["sensitivity"] = [*levels[:1], *(code for code in named if code not in LEVELS)]
        changes["strong"] = wide.strong or draw(st.booleans())
        changes["uses"] = wide.uses or draw(rarely(st.just(2)))
        changes["during"] = during[:1] or draw(rarely(st.just(["referral"]), ()))
    else:
        changes["sensitivity"] = named[:1]
    if changes.get("starts") and changes["starts"] >= wide.ends:
        del changes["starts"]
    if changes["data_starts"] and wide.data_ends and changes["data_starts"] >= wide.data_ends:
        del changes["data_starts"]
    return replace(wide, **changes)
