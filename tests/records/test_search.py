"""Searching the records of a patient: as far as contracts go, with nothing said of what is withheld."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import UnknownCategory
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.errors import ScopeMissing, UnknownPerson
from portal.accounts.identity import Caller
from portal.records import parameters, services
from portal.records.errors import Denied, InvalidSearch, RecordsError, UnsupportedType
from portal.records.query import LONGEST_PAGE
from tests.cast import MRN, PATIENT, Cast, lab, store
from tests.statements import statements

Params = dict[str, Sequence[str]]


def search(cast: Cast, caller: Caller, kind: str = "Observation", **params: str) -> services.SearchResult:
    """`patient` is Amara unless it says otherwise; a name that begins with `_` is written with `u_`."""
    named = {"patient": PATIENT, **params}
    given: Params = {name.replace("u__", "_"): value.split("&") for name, value in named.items() if value}
    return services.search(caller=caller, tenant=cast.hospital.id, type=kind, params=given)


def found(result: services.SearchResult) -> list[str]:
    return [record.id.removeprefix(f"{PATIENT}-") for record in result.records]


def test_without_a_contract_a_search_is_denied_whether_or_not_there_is_anything(cast: Cast) -> None:
    for kind in ("Observation", "Immunization"):
        with pytest.raises(Denied) as caught:
            search(cast, cast.doctor, kind)
        with tenant_scope(cast.hospital.id):
            entry = ledger.entry(caught.value.promise.promise.id)
        assert (entry.type, entry.audit["resources"], entry.audit["interaction"]) == (
            "access.denied",
            [],
            "search",
        )


def test_a_search_finds_what_is_permitted_newest_first(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    assert found(search(cast, cast.doctor)) == ["ldl-1", "hba1c-2", "hba1c-1"]
    assert found(search(cast, cast.doctor, u__sort="date")) == ["hba1c-1", "hba1c-2", "ldl-1"]


def test_a_category_that_is_not_permitted_is_denied_and_one_that_is_permitted_is_not(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    assert len(search(cast, cast.doctor, category="laboratory").records) == 3
    assert len(search(cast, cast.doctor, category="vital-signs,laboratory").records) == 3
    for category in ("vital-signs", "social-history"):
        with pytest.raises(Denied):
            search(cast, cast.doctor, category=category)


def test_an_empty_category_that_is_permitted_is_empty(cast: Cast) -> None:
    cast.grant(cast.doctor, "immunisations")
    result = search(cast, cast.doctor, "Immunization")
    assert (result.records, result.cursor) == ([], None)
    assert result.decision is not None and result.decision.permitted


def test_sensitive_records_are_left_out_without_a_word(cast: Cast) -> None:
    cast.grant(cast.doctor, "conditions")
    assert found(search(cast, cast.doctor, "Condition")) == ["diabetes"]
    assert found(search(cast, cast.amara, "Condition")) == ["low-mood", "diabetes"]


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"code": "59261-8"}, ["hba1c-2", "hba1c-1"]),
        ({"code": "http://loinc.org|59261-8"}, ["hba1c-2", "hba1c-1"]),
        ({"code": "http://loinc.org|59261-8,22748-8"}, ["ldl-1", "hba1c-2", "hba1c-1"]),
        ({"code": "|59261-8"}, []),
        ({"code": "59261"}, []),
        ({"date": "2026-11-16"}, ["weight-1", "ldl-1", "hba1c-2"]),
        ({"date": "2026-05"}, ["hba1c-1"]),
        ({"date": "ge2026-11"}, ["weight-1", "ldl-1", "hba1c-2"]),
        ({"date": "lt2026-11"}, ["hba1c-1"]),
        ({"date": "gt2026-11-15&le2026"}, ["weight-1", "ldl-1", "hba1c-2"]),
        ({"u__id": f"{PATIENT}-ldl-1,nothing"}, ["ldl-1"]),
        ({"status": "final"}, ["weight-1", "ldl-1", "hba1c-2", "hba1c-1"]),
        ({"status": "amended"}, []),
        ({"patient": f"Patient/{PATIENT}", "category": "vital-signs"}, ["weight-1"]),
        ({"patient": "", "subject": PATIENT, "category": "vital-signs"}, ["weight-1"]),
    ],
)
def test_the_parameters_find_what_they_say(cast: Cast, params: dict[str, str], ids: list[str]) -> None:
    assert found(search(cast, cast.amara, **params)) == ids


def test_pages_follow_each_other_without_a_gap(cast: Cast) -> None:
    results = [lab(PATIENT, f"n{number:02}", "1-8", number, "2026-06-01") for number in range(23)]
    store(cast.hospital, *results)
    for sort in ("date", "-date"):
        seen: list[str] = []
        cursor = ""
        while True:
            page = search(cast, cast.amara, code="1-8", u__count="5", u__cursor=cursor, u__sort=sort)
            seen += found(page)
            if page.cursor is None:
                break
            cursor = page.cursor
        assert sorted(seen) == [f"n{number:02}" for number in range(23)]


def test_pages_are_filled_from_what_is_permitted(cast: Cast) -> None:
    vitals = [lab(PATIENT, f"v{n}", "9-9", n, "2026-12-01", category="vital-signs") for n in range(10)]
    store(cast.hospital, *vitals)
    cast.grant(cast.doctor, "lab-results")
    page = search(cast, cast.doctor, u__count="2")
    assert found(page) == ["ldl-1", "hba1c-2"]
    assert found(search(cast, cast.doctor, u__count="2", u__cursor=page.cursor or "")) == ["hba1c-1"]


def test_the_entry_lists_what_was_shown(cast: Cast) -> None:
    result = search(cast, cast.amara, code="59261-8")
    assert result.promise is not None
    with tenant_scope(cast.hospital.id):
        audit = ledger.entry(result.promise.promise.id).audit
    assert [one["id"] for one in audit["resources"]] == [record.id for record in result.records]


def test_a_patient_is_found_by_id_and_by_record_number(cast: Cast) -> None:
    cast.grant(cast.doctor, "demographics")
    assert found(search(cast, cast.doctor, "Patient", patient="", u__id=PATIENT)) == [PATIENT]
    assert found(search(cast, cast.doctor, "Patient", patient="", identifier=MRN)) == [PATIENT]
    with pytest.raises(Denied):
        search(cast, cast.outsider, "Patient", patient="", u__id=PATIENT)


def outcome(cast: Cast, caller: Caller, **params: str) -> str:
    """What a search for a Patient comes to."""
    try:
        return ",".join(found(search(cast, caller, "Patient", patient="", **params)))
    except (Denied, ScopeMissing) as error:
        return f"{type(error).__name__}: {error}"


def test_record_numbers_cannot_be_tried_out(cast: Cast) -> None:
    def tried(caller: Caller) -> set[str]:
        return {outcome(cast, caller, identifier=number) for number in (MRN, f"urn:test:mrn|{MRN}", "SM-99")}

    unknown = tried(cast.outsider)
    assert unknown == {""}
    for caller in (cast.guardian, cast.administrator, cast.auditor, cast.privacy_officer, cast.family_doctor):
        assert len(tried(caller)) == 1
    for scopes in ("profile", "records.read"):
        somebody = replace(cast.outsider, client="token:assent_x", scopes=frozenset({scopes}))
        assert len(tried(somebody)) == 1
    weak = replace(cast.doctor, client="token:assent_x", scopes=frozenset({"profile"}))
    assert len(tried(weak)) == 1
    with tenant_scope(cast.hospital.id):
        assert ledger.subject_entries(subject=cast.person, types=services.ACCESS_TYPES) == []


def test_a_record_number_is_for_clinicians_there_for_oneself_and_by_contract(cast: Cast) -> None:
    assert outcome(cast, cast.amara, identifier=MRN) == PATIENT
    assert outcome(cast, cast.amara, identifier="SM-2") == ""
    assert outcome(cast, cast.doctor, identifier=MRN).startswith("Denied")
    cast.grant(cast.family_doctor, "demographics")
    assert outcome(cast, cast.family_doctor, identifier=MRN) == PATIENT
    assert outcome(cast, cast.family_doctor, identifier="SM-2") == ""


def test_two_categories_that_exclude_each_other_find_nothing_and_are_entered(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", "vital-signs")
    result = search(cast, cast.doctor, category="lab-results&vital-signs")
    assert (result.records, result.cursor) == ([], None)
    assert result.promise is not None
    with tenant_scope(cast.hospital.id):
        entry = ledger.entry(result.promise.promise.id)
    assert (entry.audit["categories"], entry.audit["resources"]) == (["lab-results", "vital-signs"], [])
    assert found(search(cast, cast.doctor, category="lab-results,vital-signs&vital-signs")) == ["weight-1"]
    assert found(search(cast, cast.doctor, category="lab-results&vital-signs&lab-results")) == []
    with pytest.raises(Denied):
        search(cast, cast.outsider, category="lab-results&vital-signs")


def test_an_id_that_is_given_twice_must_fit_twice(cast: Cast) -> None:
    one, two = f"{PATIENT}-hba1c-1", f"{PATIENT}-ldl-1"
    assert found(search(cast, cast.amara, u__id=f"{one},{two}&{two}")) == ["ldl-1"]
    assert found(search(cast, cast.amara, u__id=f"{one}&{two}")) == []
    assert outcome(cast, cast.amara, u__id=f"{PATIENT}&{PATIENT}") == PATIENT


def test_the_directory_is_searched_by_name(cast: Cast) -> None:
    names = {"a": "Okafor", "b": "Fischer"}
    people = [
        {"resourceType": "Practitioner", "id": key, "name": [{"family": name, "given": ["Zoë"]}]}
        for key, name in names.items()
    ]
    store(cast.hospital, *people)
    assert found(search(cast, cast.outsider, "Practitioner", patient="", name="OKAFOR")) == ["a"]
    assert len(search(cast, cast.outsider, "Practitioner", patient="", name="zoe").records) == 2
    assert len(search(cast, cast.outsider, "Practitioner", patient="").records) == 2


def test_the_directory_needs_a_token_with_the_scope(cast: Cast) -> None:
    with pytest.raises(ScopeMissing):
        search(cast, replace(cast.app, scopes=frozenset({"profile"})), "Practitioner", patient="")


REFUSED: dict[str, tuple[dict[str, str], type[Exception]]] = {
    "nobody": ({"patient": ""}, InvalidSearch),
    "an unknown patient": ({"patient": "nobody"}, UnknownPerson),
    "two patients": ({"patient": f"{PATIENT}&ben"}, InvalidSearch),
    "a group": ({"patient": "Group/one"}, InvalidSearch),
    "an unknown parameter": ({"colour": "red"}, InvalidSearch),
    "an unknown category": ({"category": "nonsense"}, UnknownCategory),
    "no date": ({"date": "yesterday"}, InvalidSearch),
    "a date that is not": ({"date": "ge2026-13"}, InvalidSearch),
    "no count": ({"u__count": "-1"}, InvalidSearch),
    "a count in words": ({"u__count": "many"}, InvalidSearch),
    "a cursor of nobody": ({"u__cursor": "abc"}, InvalidSearch),
    "a cursor with a wrong shape": ({"u__cursor": "WzEsIDIsIDNd"}, InvalidSearch),
    "another order": ({"u__sort": "code"}, InvalidSearch),
    "NUL": ({"code": "a\x00"}, InvalidSearch),
}


@pytest.mark.parametrize(("params", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_a_search_that_cannot_be_served_is_an_error_and_no_access(
    cast: Cast, params: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        search(cast, cast.amara, **params)
    with tenant_scope(cast.hospital.id):
        assert ledger.subject_entries(subject=cast.person, types=services.ACCESS_TYPES) == []


def test_a_type_that_is_not_kept_is_refused(cast: Cast) -> None:
    with pytest.raises(UnsupportedType):
        search(cast, cast.amara, "Basic")


def test_a_search_takes_the_same_number_of_queries_for_one_row_and_for_many(cast: Cast) -> None:
    def queries(count: int) -> int:
        with statements() as sent:
            page = search(cast, cast.amara, u__count=str(count))
        assert len(page.records) == count
        return len(sent)

    store(cast.hospital, *[lab(PATIENT, f"n{number}", "1-8", number, "2026-06-01") for number in range(60)])
    queries(1)
    assert queries(1) == queries(60) > 0


@given(
    st.dictionaries(
        st.sampled_from(sorted(parameters.served("Observation"))), st.lists(st.text(), max_size=2)
    )
)
def test_any_values_are_a_query_or_our_error(params: dict[str, list[str]]) -> None:
    try:
        query = parameters.parse("Observation", params)
    except (RecordsError, UnknownCategory) as error:
        assert str(error)
        return
    assert 0 <= query.count <= LONGEST_PAGE


def test_nothing_of_the_index_can_be_read_without_the_keys(cast: Cast, administrator: Any) -> None:
    rows = administrator.execute(
        "SELECT digest FROM records_token WHERE tenant_id = %s", [cast.hospital.id]
    ).fetchall()
    assert len(rows) > 20
    ben = store(cast.hospital, lab("ben", "same", "59261-8", 1, "2026-01-01"))
    assert ben.created == 1
    of_code = administrator.execute(
        "SELECT t.digest FROM records_token t JOIN records_resource r ON r.id = t.resource "
        "WHERE r.fhir_id = ANY(%s)", [[f"{PATIENT}-hba1c-1", "ben-same"]],
    ).fetchall()  # fmt: skip
    assert len({bytes(row[0]) for row in of_code}) == len(
        of_code
    )  # equal codes of two people are not equal there
