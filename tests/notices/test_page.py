"""Where one says what one wants to be told."""

import pytest
from django.urls import reverse

from tests import cast as people
from tests.cast import Cast
from tests.staff import sign_in

PAGE = reverse("notices:notices")


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def test_wishes_are_kept_and_shown(cast: Cast) -> None:
    client = sign_in(cast.amara)
    assert client.get(PAGE).context["form"].initial == {"in_page": True, "mail": "emergency"}
    assert client.post(PAGE, {"mail": "everything"})["Location"] == PAGE
    assert client.get(PAGE).context["form"].initial == {"in_page": False, "mail": "everything"}
    assert client.post(PAGE, {"mail": "sometimes"}).status_code == 422


def test_who_wishes_no_notes_in_the_page_gets_none(cast: Cast) -> None:
    client = sign_in(cast.amara)
    sharing = reverse("patients:sharing")
    assert "data-live-toasts" in client.get(sharing).content.decode()
    client.post(PAGE, {"mail": "nothing"})
    assert "data-live-toasts" not in client.get(sharing).content.decode()
