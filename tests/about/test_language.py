"""The portal speaks Arabic, from the right; what is signed stays in the language in which it was signed."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import formats, translation

from portal.accounts.services import create_account
from tests import translations
from tests.cast import PASSWORD

LOGIN, CHOOSE = reverse("account_login"), reverse("about:language")


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    """A request leaves its language to the thread that it ran in, and here that is the tests' own."""
    yield
    translation.deactivate()


def page(client: Client) -> str:
    return client.get(LOGIN).content.decode()


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_string_is_translated_with_the_values_of_its_source(language: str) -> None:
    """`make translations` says the same."""
    assert translations.faults(translations.stored(language), translations.extracted()) == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = translations.LOCALES / language / "LC_MESSAGES" / "django.mo"
    assert compiled.read_bytes() == translations.compiled(translations.stored(language))


def test_nothing_is_marked_under_a_name_that_is_not_extracted() -> None:
    """Such as `_g`: the string is looked up when the page is made, and was never in the catalogue."""
    renamed = re.compile(r"import .*gettext\w* as (?!_\b)\w+")
    sources = [path for folder in translations.PYTHON for path in (translations.BASE / folder).rglob("*.py")]
    assert [path for path in sources if renamed.search(path.read_text())] == []
    assert renamed.search("from django.utils.translation import gettext as _g")


def test_no_sentence_fills_in_a_value_by_a_path() -> None:
    """`{{ request.scheme }}` within a blocktranslate is nothing: only names of its own are filled in."""
    paths = re.compile(r"%\(\w+\.")
    assert [message.id for message in translations.extracted() if paths.search(str(message.id))] == []
    assert paths.search("%(request.scheme)s://")


def test_a_gap_is_found() -> None:
    source, catalog = translations.extracted(), translations.stored("ar")
    catalog.get("Sign in").string = ""  # type: ignore[union-attr]
    catalog.get("Link %(number)s").string = "%(numero)s"  # type: ignore[union-attr]
    del catalog["Home"]
    found = translations.faults(catalog, source)
    assert {fault.split(":")[0] for fault in found} == {"missing", "not translated", "other values"}


@pytest.mark.django_db
def test_the_language_is_chosen_on_any_page_and_kept(client: Client) -> None:
    assert '<html lang="en" dir="ltr"' in page(client)
    assert client.post(CHOOSE, {"language": "ar", "next": LOGIN})["Location"] == LOGIN
    assert '<html lang="ar" dir="rtl"' in page(client)
    assert "تسجيل الدخول" in page(client)
    client.post(CHOOSE, {"language": "xx", "next": LOGIN})
    assert '<html lang="en" dir="ltr"' in page(client), "a language that there is not is none"


def test_a_browser_that_asks_for_arabic_gets_it(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ar-EG,ar;q=0.9,en;q=0.5"
    assert 'dir="rtl"' in page(client)


@pytest.mark.django_db
def test_an_account_is_written_to_in_the_language_that_it_chose(client: Client) -> None:
    from portal.notices.models import Notices
    from portal.notices.services import send_letters

    user = create_account(email="reader@example.org", password=PASSWORD)
    client.force_login(user, backend="portal.accounts.backends.WithPerson")
    client.post(CHOOSE, {"language": "ar"})
    Notices.objects.create(user=user, waiting=True)
    assert send_letters() == 1
    assert mail.outbox[0].subject == "نشاط جديد في حسابك"


def test_days_and_numbers_are_of_the_language() -> None:
    with translation.override("ar"):
        assert formats.date_format(date(2026, 11, 2)) == "2 نوفمبر 2026"
        assert formats.number_format(1204118.5, force_grouping=True) == "1,204,118.5"
        forms = {
            translation.ngettext("%(people)s person", "%(people)s people", n) for n in (0, 1, 2, 3, 11, 100)
        }
        assert len(forms) == 5, "zero and a hundred read the same"
