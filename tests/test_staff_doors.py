"""Who may open the pages of staff, and what holds for each of them."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Organisation
from tests.cast import Cast, build
from tests.staff import sign_in

CLINIC = ["find", "results", "worklist"]
CHART = ["chart", "ask", "emergency"]


@pytest.fixture
def cast(db: None) -> Cast:
    return build()


def pages(place: Organisation, person: UUID) -> dict[str, str]:
    """The address of every page of staff that can be asked for, by who may open it."""
    slug = place.slug
    about = [slug, slug, person]
    return {
        **{reverse(f"providers:{page}", args=[slug]): "doctor" for page in CLINIC},
        **{reverse(f"providers:{page}", args=about): "doctor" for page in CHART},
        reverse("providers:section", args=[*about, "lab-results"]): "doctor",
        reverse("providers:write", args=[*about, "note"]): "doctor",
        reverse("providers:document", args=[*about, "none"]): "doctor",
        reverse("auditors:status", args=[slug]): "auditor",
        reverse("auditors:search", args=[slug]): "auditor",
        reverse("auditors:verify", args=[slug]): "auditor",
        reverse("auditors:replay", args=[slug]): "auditor",
        reverse("auditors:patterns", args=[slug]): "auditor",
        reverse("auditors:pattern_entries", args=[slug]): "auditor",
        reverse("auditors:pattern_thresholds", args=[slug]): "privacy_officer",
        reverse("auditors:evidence", args=[slug]): "auditor",
        reverse("auditors:disclosures", args=[slug]): "auditor",
        reverse("auditors:accounting", args=[slug, person]): "auditor",
        reverse("auditors:accounting_file", args=[slug, person, "pdf"]): "auditor",
        reverse("auditors:entry", args=[slug, uuid4()]): "auditor",
        reverse("auditors:receipt", args=[slug, uuid4()]): "auditor",
        reverse("administration:staff", args=[slug]): "administrator",
        reverse("administration:staff_remove", args=[slug, uuid4()]): "administrator",
        reverse("administration:policy", args=[slug]): "administrator",
        reverse("administration:keys", args=[slug]): "administrator",
        reverse("administration:first_steps", args=[slug]): "administrator",
        reverse("administration:reviews", args=[slug]): "privacy_officer",
        reverse("administration:review", args=[slug, uuid4()]): "privacy_officer",
        reverse("administration:restrictions", args=[slug]): "privacy_officer",
        reverse("administration:restriction", args=[slug, uuid4()]): "privacy_officer",
    }


def test_a_visitor_is_sent_to_the_log_in(cast: Cast, client: Client) -> None:
    for page in pages(cast.hospital, cast.person):
        answer = client.get(page)
        assert answer.status_code == 302, page
        assert answer["Location"].startswith(reverse("account_login")), page


@pytest.mark.parametrize("who", ["amara", "guardian", "outsider", "regulator"])
def test_who_does_not_work_there_in_that_role_is_refused(cast: Cast, who: str) -> None:
    client = sign_in(getattr(cast, who))
    for page, role in pages(cast.hospital, cast.person).items():
        if (who, role) == ("regulator", "auditor"):
            continue
        answer = client.get(page)
        assert answer.status_code == 403, page
        assert "not-a-member" in answer.content.decode(), page


def test_a_role_at_one_organisation_opens_nothing_at_another(cast: Cast) -> None:
    for who in ("doctor", "auditor", "administrator", "privacy_officer"):
        client = sign_in(getattr(cast, who))
        for page in pages(cast.practice, cast.person):
            assert client.get(page).status_code == 403, (who, page)


def test_an_organisation_that_is_not_there_looks_like_one_that_is_not_yours(cast: Cast) -> None:
    client = sign_in(cast.doctor)
    known = client.get(reverse("providers:find", args=[cast.practice.slug]))
    unknown = client.get(reverse("providers:find", args=["nowhere"]))
    assert (known.status_code, unknown.status_code) == (403, 403)


def test_no_page_is_kept_by_a_browser(cast: Cast) -> None:
    for page, who in pages(cast.hospital, cast.person).items():
        answer = sign_in(getattr(cast, who)).get(page)
        assert answer.status_code in (200, 302, 403, 404), page
        assert answer["Cache-Control"] == "no-store", page


def test_a_form_needs_a_token_against_forgery(cast: Cast) -> None:
    for page, who in pages(cast.hospital, cast.person).items():
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = sign_in(getattr(cast, who)).cookies
        assert strict.post(page).status_code in (403, 405), page


def test_each_face_begins_with_the_first_organisation(cast: Cast) -> None:
    expected = {
        ("doctor", "/clinic/"): reverse("providers:find", args=[cast.hospital.slug]),
        ("regulator", "/audit/"): reverse("auditors:status", args=[cast.hospital.slug]),
        ("administrator", "/administration/"): reverse(
            "administration:first_steps", args=[cast.hospital.slug]
        ),
        ("privacy_officer", "/administration/"): reverse("administration:reviews", args=[cast.hospital.slug]),
    }
    for (who, face), first in expected.items():
        assert sign_in(getattr(cast, who)).get(face)["Location"] == first
    assert sign_in(cast.amara).get("/clinic/").status_code == 403


def test_who_works_at_several_organisations_finds_them_in_the_menu(cast: Cast) -> None:
    page = sign_in(cast.regulator).get(reverse("auditors:status", args=[cast.practice.slug])).content.decode()
    for place in (cast.hospital, cast.practice):
        assert f'href="{reverse("auditors:status", args=[place.slug])}"' in page
