"""What Django writes of a request to the log names its route, never its address."""

import io
import logging

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PATIENT, Cast
from tests.staff import sign_in


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the handler that the settings name writes."""
    (handler,) = [item for item in logging.getLogger().handlers if item.name == "console"]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    return written


def test_a_refused_read_is_logged_without_the_patients_id(cast: Cast, lines: io.StringIO) -> None:
    Client().get(f"/fhir/{cast.hospital.slug}/Patient/{PATIENT}-é?name=Lindgren")
    Client().get(f"/fhir/{cast.hospital.slug}/Patient/{PATIENT}?name=Lindgren")
    written = lines.getvalue()
    assert "django.request Unauthorized: fhir/(?P<tenant>" in written
    assert PATIENT not in written
    assert cast.hospital.slug not in written
    assert "Lindgren" not in written


def test_a_page_that_is_not_there_is_logged_without_its_address(cast: Cast, lines: io.StringIO) -> None:
    client = sign_in(cast.doctor)
    client.get(reverse("patients:their_record", args=[cast.person]))
    client.get(f"/nowhere/{cast.person}/")
    assert "Not Found: an unknown address" in lines.getvalue()
    assert str(cast.person) not in lines.getvalue()


def test_a_form_from_elsewhere_is_logged_without_its_address(cast: Cast, lines: io.StringIO) -> None:
    Client(enforce_csrf_checks=True).post(f"/people/{cast.person}/")
    assert "django.security.csrf" in lines.getvalue()
    assert str(cast.person) not in lines.getvalue()


def test_django_has_no_handler_of_its_own_that_writes_or_mails_requests() -> None:
    assert [logging.getLogger(name).handlers for name in ("django", "django.request")] == [[], []]
