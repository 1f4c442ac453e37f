"""What officers and clinicians are answered is as the OpenAPI schema says."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests import cast as people
from tests.administration.test_reviews import FINDING, broken_glass
from tests.api.officers import call, letters_leave_at_once
from tests.api.test_schema import check
from tests.cast import MRN, Cast, account_of


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def test_every_answer_is_as_the_schema_says(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letters_leave_at_once(monkeypatch)
    schema = Client().get("/api/schema/").json()
    slug, seen = cast.hospital.slug, set()

    def answer(method: str, path: str, who: Any, body: Any = None) -> Any:
        got = call(method, f"/api/v1/{path}", who, "* members policies reviews", body)
        request = SimpleNamespace(method=method, url=SimpleNamespace(path=urlsplit(f"/api/v1/{path}").path))
        content = got.json() if got.content else None
        check(schema, SimpleNamespace(
            request=request, status_code=got.status_code, headers={"Content-Type": got.get("Content-Type", "")},
            json=lambda: content,
        ))  # fmt: skip
        seen.add(got.status_code)
        return content

    admin, officer, doctor = cast.administrator, cast.privacy_officer, cast.doctor
    cast.grant(doctor, "lab-results")
    session = broken_glass(cast, cast.family_doctor)
    new = {"email": "new@example.org", "role": "auditor"}
    invited = answer("POST", f"members/{slug}/", admin, new)["id"]
    answer("POST", f"members/{slug}/", admin, {**new, "email": account_of(cast.guardian).email})
    answer("POST", f"members/{slug}/", admin, {**new, "role": "king"})
    answer("GET", f"members/{slug}/", officer)
    answer("POST", f"members/{slug}/{doctor.user}/roles/", admin, {"roles": ["clinician", "auditor"]})
    answer("POST", f"members/{slug}/{admin.user}/roles/", admin, {"roles": ["auditor"]})
    answer("GET", f"members/{slug}/invitations/?limit=1", admin)
    answer("POST", f"members/{slug}/invitations/{session}/withdraw/", admin)
    assert answer("GET", f"members/{slug}/invitations/", officer)["code"] == "not-a-member"
    answer("POST", f"policies/{slug}/base/", admin, {"variant": "deny"})
    answer("POST", f"policies/{slug}/base/", admin, {"variant": "all"})
    answer("GET", f"emergency-reviews/{slug}/", officer)
    answer("GET", f"emergency-reviews/{slug}/{session}/", officer)
    for _ in range(2):
        answer("POST", f"emergency-reviews/{slug}/{session}/conclude/", officer, FINDING)
    answer("GET", f"emergency-reviews/{slug}/{invited}/", officer)
    answer("POST", "patients/find/", doctor, {"custodian": slug, "mrn": MRN})
    answer("POST", "patients/find/", doctor, {"custodian": slug})
    answer("GET", "worklist/", doctor)
    answer("GET", "worklist/", admin)
    assert seen == {200, 201, 400, 403, 404, 409, 422}
