"""The OpenAPI schema says what the interface really does: each answer is held against it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from portal.accounts import services
from tests.api.house import ANA, ASTHMA, BEN, GLUCOSE, PASSWORD, Caller, House, contract_body


@pytest.fixture
def schema(house: House) -> Any:
    answer = house.http.get("/api/schema/")
    assert answer.status_code == 200
    return answer.json()


def test_the_schema_is_valid_openapi_and_names_every_call(schema: Any) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]
    operations = {op["operationId"] for path in schema["paths"].values() for op in path.values()}
    assert operations == {
        "me", "contract_templates_list", "contracts_list", "contracts_grant", "contracts_read", "contracts_revoke",
        "contracts_suspend", "contracts_resume", "contracts_cosign",
        "contracts_challenge", "contracts_sign", "onlookers_list", "onlookers_compare", "requests_list",
        "requests_make", "requests_decline", "emergency_open", "emergency_read", "emergency_end", "accesses_list",
        "ledger_read", "ledger_receipt", "ledger_entries", "disclosures", "ledger_completeness", "ledger_consistency",
        "copy", "members_list", "members_remove", "policies_read", "policies_set_emergency_rule", "ledger_patterns",
        "contracts_cosign_decline", "contracts_to_cosign", "apps_list", "apps_take_back", "apps_end",
        "ledger_verifications", "ledger_verify", "ledger_verification",
        "ledger_replays", "ledger_replay_start", "ledger_replay",
        "ledger_archives", "ledger_archive_start", "ledger_archive", "ledger_archive_file",
        "disclosures_file",
        "members_add", "members_set_roles", "invitations_list", "invitations_withdraw",
        "reviews_list", "reviews_read", "reviews_conclude", "policies_set_base", "patients_find", "worklist",
        "guardians_list", "guardians_there", "guardians_suspend", "guardians_resume", "people_list",
        "their_contracts_list", "their_contracts_grant", "their_contracts_challenge", "their_contracts_sign",
        "their_contracts_revoke", "share_codes_list", "share_codes_offer", "share_codes_admit", "share_codes_end",
        "questions_list", "questions_ask", "questions_read",
        "cases_questions_list", "cases_questions_read", "cases_questions_answer",
        "corrections_list", "corrections_request", "corrections_read", "corrections_disagree",
        "cases_corrections_list", "cases_corrections_read", "cases_corrections_accept", "cases_corrections_deny",
        "cases_corrections_extend", "reports_list", "reports_make",
        "limits_list", "limits_ask", "limits_here", "limits_place", "limits_read", "limits_review", "limits_lift",
        "invitations_take_up", "ledger_thresholds", "ledger_set_thresholds",
    }  # fmt: skip
    assert all(path.startswith("/api/v1/") for path in schema["paths"])
    for path in schema["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"personalToken": []}]
            for status in ("400", "401", "403", "503"):
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"]


def test_the_schema_is_made_without_a_warning() -> None:
    """Two components of one name, or one choice of two names, would surprise whoever makes a client of it."""
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    assert "PurposeOfUse" in made["components"]["schemas"]
    assert not GENERATOR_STATS, [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]


def test_every_list_with_a_cursor_says_that_it_may_be_another_lists(schema: Any) -> None:
    lists = [
        operation
        for path in schema["paths"].values()
        for operation in path.values()
        if any(each["name"] == "cursor" for each in operation.get("parameters", ()))
    ]
    assert len(lists) > 10
    assert [each["operationId"] for each in lists if "404" not in each["responses"]] == []


def test_bodies_take_no_other_keys(schema: Any) -> None:
    for name in ("NewContractRequest", "NewContract"):
        if name in schema["components"]["schemas"]:
            assert schema["components"]["schemas"][name]["additionalProperties"] is False
            return
    raise AssertionError("the body of a new contract is not described")


def test_every_answer_is_as_the_schema_says(house: House, schema: Any) -> None:
    ana, doctor, auditor = house.ana, house.doctor, house.auditor
    in_a_week = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    question = {
        "custodian": "st-mary", "patient": ANA, "categories": ["conditions"], "purposes": ["TREAT"], "ends": in_a_week,
    }  # fmt: skip
    emergency = {
        "custodian": "st-mary",
        "patient": BEN,
        "reason_code": "other",
        "reason": "a reason that is long",
    }
    shown = {"custodian": "st-mary", "categories": ["lab-results"]}
    read = doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    asked = doctor.post("/api/v1/requests/", json=question)
    granted = ana.post(
        "/api/v1/contracts/", json=contract_body(starts="2026-01-01T00:00:00Z", sensitivity=["HIV"])
    )
    to_organisation = ana.post(
        "/api/v1/contracts/", json=contract_body(grantee={"organisation": "riverside"})
    )
    opened = doctor.post("/api/v1/emergency-access/", json=emergency)
    contract, session = granted.json()["id"], opened.json()["id"]
    entry = read.headers["Ledger-Entry"]
    answers = [
        asked, granted, to_organisation, opened,
        ana.get("/api/v1/me/"), doctor.get("/api/v1/me/"), ana.get("/api/v1/contracts/?limit=1"),
        doctor.get("/api/v1/contracts/"), ana.get(f"/api/v1/contracts/{contract}/"),
        ana.post(f"/api/v1/contracts/{contract}/revoke/"), ana.post(f"/api/v1/contracts/{contract}/revoke/"),
        ana.get("/api/v1/requests/"), ana.post(f"/api/v1/requests/{asked.json()['id']}/decline/"),
        doctor.get(f"/api/v1/emergency-access/{session}/"), doctor.post(f"/api/v1/emergency-access/{session}/end/"),
        ana.get("/api/v1/accesses/"), house.ben.get("/api/v1/accesses/?limit=1"),
        ana.get("/api/v1/ledger/st-mary/"), ana.get(f"/api/v1/ledger/st-mary/entries/{entry}/receipt/"),
        auditor.get("/api/v1/ledger/st-mary/entries/?limit=3"), doctor.get("/api/v1/accesses/"),
        ana.get("/api/v1/ledger/nowhere/"), ana.get("/api/v1/accesses/?cursor=x"),
        ana.get("/api/v1/limits/"), ana.get("/api/v1/guardians/"), ana.get("/api/v1/people/"),
        ana.post("/api/v1/share-codes/", json=shown),
        ana.get("/api/v1/share-codes/"), doctor.get("/api/v1/share-codes/"),
        ana.post("/api/v1/contracts/", json={}), ana.post("/api/v1/contracts/", data={"a": "b"}),
        ana.post("/api/v1/contracts/", json=contract_body(categories=["x"])), house.http.get("/api/v1/me/"),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200, 201, 400, 401, 403, 404, 409, 415, 422}
    for answer in answers:
        check(schema, answer)


def test_every_answer_about_questions_is_as_the_schema_says(house: House, schema: Any) -> None:
    entry = house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}").headers["Ledger-Entry"]
    ana, officer = house.ana, privacy_officer(house)
    mine, desk = "/api/v1/questions/", "/api/v1/cases/st-mary/questions/"
    body = {"custodian": "st-mary", "entry": entry, "words": "I have never met this doctor."}
    asked = ana.post(mine, json=body)
    case = asked.json()["id"]
    finding = {"outcome": "justified", "note": "The doctor was on call."}
    answers = [
        asked, ana.post(mine, json={}), ana.post(mine, json={**body, "entry": case}), ana.get(mine),
        ana.get(f"{mine}{case}/"), ana.get(f"{mine}{entry}/"), officer.get(desk), officer.get(f"{desk}{case}/"),
        officer.post(f"{desk}{case}/answer/", json=finding), officer.post(f"{desk}{case}/answer/", json=finding),
        officer.get(f"{desk}?state=answered"), ana.get(f"{mine}{case}/"), officer.get(mine), ana.get(desk),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200, 201, 400, 403, 404, 409}
    for answer in answers:
        check(schema, answer)


def test_every_answer_about_corrections_is_as_the_schema_says(house: House, schema: Any) -> None:
    ana, officer = house.ana, privacy_officer(house)
    mine, desk = "/api/v1/corrections/", "/api/v1/cases/st-mary/corrections/"
    body = {"custodian": "st-mary", "record": f"Observation/{GLUCOSE}", "words": "It was 1.60, not 1.50."}
    asked, other = ana.post(mine, json=body), ana.post(mine, json={**body, "record": f"Condition/{ASTHMA}"})
    case, second = asked.json()["id"], other.json()["id"]
    note, said = {"note": "We compared the paper."}, {"words": "The paper says 1.60."}
    denial = {**note, "ground": "accurate"}
    answers = [
        asked, other, ana.post(mine, json={}), ana.post(mine, json={**body, "record": "Observation/none"}),
        ana.get(mine), ana.get(f"{mine}{case}/"), officer.get(desk), officer.get(f"{desk}{case}/"),
        officer.post(f"{desk}{case}/extend/", json=note), officer.post(f"{desk}{case}/extend/", json=note),
        ana.post(f"{mine}{case}/disagree/", json=said), officer.post(f"{desk}{case}/deny/", json=note),
        officer.post(f"{desk}{case}/deny/", json=denial), officer.post(f"{desk}{second}/accept/", json=note),
        ana.post(f"{mine}{case}/disagree/", json=said), officer.get(f"{desk}?state=answered"),
        ana.get(mine), ana.get(f"{mine}{case}/"), ana.post(f"{mine}{case}/disagree/", json={}),
        ana.post(f"{desk}{case}/deny/", json=denial), officer.post(f"{desk}{case}/accept/", json=note),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200, 201, 400, 403, 404, 409}
    for answer in answers:
        check(schema, answer)


def test_every_answer_about_reports_is_as_the_schema_says(house: House, schema: Any) -> None:
    path, said = "/api/v1/reports/", {"custodian": "st-mary", "patient": ANA, "outcome": "letter"}
    early = house.doctor.post(path, json=said)
    house.ana.post("/api/v1/contracts/", json=contract_body(report_back=True))
    answers = [
        early, house.doctor.post(path, json=said), house.doctor.post(path, json={}), house.ana.post(path, json=said),
        house.ana.get(path), house.doctor.get(path),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404, 204, 400, 403, 200, 403]
    assert answers[4].json()["results"][0]["outcome"] == "letter"
    for answer in answers:
        check(schema, answer)


def privacy_officer(house: House) -> Caller:
    """Of St Mary."""
    user = services.create_account(email="officer@st-mary.example", password=PASSWORD, name="Officer")
    services.add_member(tenant=house.tenants["st-mary"], user=user, role="privacy_officer")
    return house.caller("officer@st-mary.example", "* cases.answer")


def check(schema: Any, answer: Any) -> None:
    """The answer's status, media type and body are those of its operation."""
    operation = operation_of(schema, answer.request.method.lower(), answer.request.url.path)
    response = operation["responses"].get(str(answer.status_code))
    assert response, f"{operation['operationId']} does not document {answer.status_code}"
    if "content" not in response:
        assert answer.content == b""
        return
    media_type = answer.headers["Content-Type"].split(";")[0]
    assert media_type in response["content"], (operation["operationId"], media_type)
    if media_type.endswith("json"):
        shape = {**response["content"][media_type]["schema"], "components": schema["components"]}
        jsonschema.Draft202012Validator(closed(shape), format_checker=jsonschema.FormatChecker()).validate(
            answer.json()
        )


def operation_of(schema: Any, method: str, path: str) -> Any:
    for template, operations in schema["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method in operations:
            return operations[method]
    raise AssertionError(f"{method} {path} is not in the schema")


def closed(shape: Any) -> Any:
    """JSON Schema of an OpenAPI 3.0 shape, in which an object has no key beside those named."""
    if isinstance(shape, list):
        return [closed(item) for item in shape]
    if not isinstance(shape, dict):
        return shape
    found = {key: closed(value) for key, value in shape.items() if key != "nullable"}
    if shape.get("type") == "object" and "properties" in shape:
        found["additionalProperties"] = False
    if shape.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, found]}
    return found


def test_the_pages_of_the_interface_need_nothing_from_elsewhere(house: House) -> None:
    page = house.http.get("/api/docs/")
    assert page.status_code == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "http" not in re.sub(r'lang="en"', "", page.text).replace("<!DOCTYPE html>", "")
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert house.http.get(address.replace("&amp;", "&")).status_code == 200
    assert not re.findall(r"<script>|<style|style=|onload", page.text)
