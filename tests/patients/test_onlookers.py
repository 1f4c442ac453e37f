"""The page of who could see what."""

from django.test import Client

from tests.cast import Cast


def test_it_names_who_could_see_what_and_why(cast: Cast, amara: Client) -> None:
    cast.grant(cast.family_doctor, "lab-results")
    page = amara.get("/sharing/who/").content.decode()
    assert "Dr Helen Brandt" in page
    assert "Could see your lab results, for your treatment." in page
    sensitive = amara.get("/sharing/who/?label=PSY").content.decode()
    assert "Dr Helen Brandt" not in sensitive
    assert "A clinician in an emergency" in sensitive
    assert amara.get("/sharing/who/?label=nonsense").status_code == 200
