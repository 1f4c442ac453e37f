"""Searching among patients: whom one has to do with, by a decision for each, and nobody else."""

import pytest

from consent.services import set_base_policy
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records import services
from portal.records.errors import InvalidSearch
from portal.records.services import SearchResult
from tests.cast import BORN, OTHER, PATIENT, Cast, record_of, store


def search(cast: Cast, caller: Caller, **params: str) -> SearchResult:
    given = {name.replace("u__", "_"): [value] for name, value in params.items()}
    return services.search(caller=caller, tenant=cast.hospital.id, type="Patient", params=given)


def found(cast: Cast, caller: Caller, **params: str) -> list[str]:
    return sorted(record.id for record in search(cast, caller, **params).records)


def opt_out(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        set_base_policy(variant="opt-out-treatment", actor=cast.administrator.user)


def entries(cast: Cast) -> list[str]:
    with tenant_scope(cast.hospital.id):
        return [
            entry.audit["decision"]
            for entry in ledger.subject_entries(subject=cast.person, types=services.ACCESS_TYPES)
        ]


def test_nobody_is_found_without_a_contract_and_nobody_is_told(cast: Cast) -> None:
    for params in ({"name": "Lindgren"}, {"birthdate": BORN}, {"name": "Nobody"}, {}):
        assert found(cast, cast.doctor, **params) == []
    assert entries(cast) == []


def test_who_shares_her_details_is_found_and_told(cast: Cast) -> None:
    cast.grant(cast.doctor, "demographics")
    assert found(cast, cast.doctor, name="Lindgren", birthdate=BORN) == [PATIENT]
    assert entries(cast) == ["permitted"]
    assert found(cast, cast.doctor, name="Lindgren", birthdate="1979-03-05") == []
    assert entries(cast) == ["permitted"]


def test_who_shares_something_else_is_not_found(cast: Cast) -> None:
    cast.grant(cast.doctor, "conditions")
    assert found(cast, cast.doctor, name="Lindgren") == []


@pytest.mark.parametrize(
    ("params", "fits"),
    [
        ({"name": "lind"}, True),
        ({"name": "LINDGREN"}, True),
        ({"name": "Ama"}, True),
        ({"name": "li"}, False),  # two letters are not enough of a beginning
        ({"name": "Lindqvist"}, False),  # the first three letters are the same
        ({"family": "Lindgren", "given": "Amara"}, True),
        ({"family": "Amara"}, False),
        ({"birthdate": "1979"}, True),
        ({"birthdate": "eq1979-03"}, True),
        ({"birthdate": "1979-04"}, False),
        ({"gender": "female", "name": "Lindgren"}, True),
        ({"gender": "male", "name": "Lindgren"}, False),
        ({"name": "Nobody,Lindgren"}, True),
        ({"identifier": "987-65-4329"}, True),
        ({"u__lastUpdated": "gt2020"}, True),
        ({"u__lastUpdated": "lt2020"}, False),
    ],
)
def test_what_finds_a_patient(cast: Cast, params: dict[str, str], fits: bool) -> None:
    assert found(cast, cast.amara, **params) == ([PATIENT] if fits else [])


def test_a_birth_date_is_found_by_equality_only(cast: Cast) -> None:
    with pytest.raises(InvalidSearch, match="by the date itself"):
        search(cast, cast.amara, birthdate="ge1970")


def test_where_no_contract_is_needed_clinicians_there_find_everybody(cast: Cast) -> None:
    opt_out(cast)
    assert found(cast, cast.doctor) == [PATIENT, OTHER]
    assert found(cast, cast.outsider) == []
    assert found(cast, cast.administrator) == []


def test_pages_of_patients_are_filled_and_follow_each_other(cast: Cast) -> None:
    opt_out(cast)
    for number in range(7):
        store(cast.hospital, *record_of(f"p{number}", "Ada", "Page", mrn=f"PG-{number}"))
    for sort in ("_id", "-_lastUpdated", "date"):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = search(cast, cast.doctor, name="page", u__count="3", u__sort=sort,
                          **({"u__cursor": cursor} if cursor else {}))  # fmt: skip
            seen += [record.id for record in page.records]
            cursor = page.cursor
        assert sorted(seen) == [f"p{number}" for number in range(7)]
    assert search(cast, cast.doctor, name="page", u__total="accurate", u__count="2").total == 7
