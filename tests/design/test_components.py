"""Components and tags: what they say, what they escape, and what they leave out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import timezone

from portal.design import cedar, devices, samples, shapes, times

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "portal" / "static"
CSS = (STATIC / "assent.css").read_text()
EVERY_TEMPLATE = sorted(TEMPLATES.rglob("*.html"))


def said(source: str, **context: Any) -> str:
    """A template string, rendered and with its white space made one."""
    page = engines["django"].from_string("{% load i18n assent fields %}" + source).render(context)
    return re.sub(r"\s+", " ", page).replace("\u00a0", " ").strip()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def a_link(**changes: Any) -> shapes.Link:
    link = shapes.Link(
        entry="0192f3aa",
        who="Dr Jonas Okafor",
        role="Diabetes doctor",
        place="St Mary Hospital",
        time=datetime(2020, 3, 1, 9, 40, tzinfo=UTC),
        parts=["lab results", "medicines"],
        purpose="your treatment",
        number=1209,
        url="/history/0192f3aa/",
    )
    return replace(link, **changes)


def link_html(**changes: Any) -> str:
    return said('{% include "components/link.html" %}', link=a_link(**changes))


# --- links of the thread


def test_a_link_says_who_where_when_what_and_why() -> None:
    words = text_of(link_html())
    assert "Dr Jonas Okafor" in words
    assert "Diabetes doctor, St Mary Hospital." in words
    assert "1 March 2020, 09:40" in words
    assert "Looked at your lab results and medicines, for your treatment." in words
    assert "Link 1,209, sealed" in words


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "refused"}, "Your contracts do not allow this, so nothing was shown."),
        ({"kind": "wrote"}, "Added to your lab results and medicines"),
        (
            {"kind": "emergency", "reason": "Brought in unconscious"},
            "The reason given: “Brought in unconscious”",
        ),
        ({"automated": True}, "A program of theirs read your"),
        ({"state": "open"}, "Is viewing now"),
        ({"state": "pending", "number": None}, "Being sealed"),
        ({"state": "broken"}, "Seal does not hold"),
        ({"sentence": "You agreed to share."}, "You agreed to share."),
    ],
)
def test_each_kind_and_state_of_a_link_is_said_in_words(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in text_of(link_html(**changes))


def test_only_an_open_link_is_drawn_open_and_only_an_emergency_or_a_break_alarms() -> None:
    assert "seal--iris" in link_html(state="open")
    assert "seal--iris" not in link_html()
    assert 'class="link--alarm"' in link_html(kind="emergency")
    assert 'class="link--alarm"' in link_html(state="broken")
    assert 'class="link--alarm"' not in link_html(kind="refused")


def test_what_cannot_be_done_is_not_offered() -> None:
    assert "<a " not in link_html(url="")
    assert "I don’t recognise this" not in link_html()
    assert 'href="/question/"' in link_html(question_url="/question/")


def test_a_name_with_markup_is_text_everywhere_in_a_link() -> None:
    html = link_html(
        who="<img src=x>", reason="<script>", parts=["<b>all</b>"], basis="<i>", kind="emergency"
    )
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;b&gt;all&lt;/b&gt;" in html


def test_the_live_list_can_tell_a_link_that_was_sealed_since() -> None:
    versions = [
        re.findall(r'data-version="([^"]*)"', link_html(state=state)) for state in ("pending", "sealed")
    ]
    assert versions[0] != versions[1]
    assert 'data-entry="0192f3aa"' in link_html()


# --- tags


def test_a_hash_is_grouped_for_the_eye_and_copied_without_gaps() -> None:
    html = said("{% hash value %}", value=bytes(range(16)))
    assert html.count("<span>") == 4
    assert text_of(html) == bytes(range(16)).hex()


@pytest.mark.parametrize(
    ("ago", "words"),
    [(timedelta(0), "Today, "), (timedelta(days=1), "Yesterday, "), (timedelta(days=800), " 20")],
)
def test_a_moment_is_said_by_its_nearness(ago: timedelta, words: str) -> None:
    assert words in times.words(timezone.now() - ago, "moment")


def test_a_day_stays_with_its_month_and_a_title_with_its_name() -> None:
    assert times.tie("Dr Jonas Okafor until 1 March 2027") == "Dr\u00a0Jonas Okafor until 1\u00a0March 2027"


def test_a_stretch_of_one_day_says_the_day_once() -> None:
    start = datetime(2020, 3, 1, 9, 40, tzinfo=UTC)
    words = text_of(said("{% stretch start end %}", start=start, end=start + timedelta(minutes=4)))
    assert words == "1 March 2020, 09:40 to 09:44"
    assert text_of(said("{% stretch start None %}", start=start)) == "1 March 2020, 09:40"


def test_colouring_code_changes_no_character_of_it() -> None:
    code = samples.CODE + '\n// <script>alert("&")</script>'
    coloured = cedar.coloured(code)
    assert unescape(re.sub(r"<[^>]+>", "", coloured)) == code
    assert '<span class="k">permit</span>' in coloured
    assert '<span class="n">// 1</span>' in coloured


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r'{% icon "([a-z-]+)"', "".join(p.read_text() for p in EVERY_TEMPLATE))))
)
def test_every_icon_that_a_template_names_is_in_the_sprite(name: str) -> None:
    assert f'<symbol id="{name}"' in (STATIC / "icons.svg").read_text()


def test_a_device_is_called_what_its_owner_calls_it() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"
    assert devices.called(edge) == "Edge on Windows"
    assert devices.called("curl/8") == "A browser that does not say what it is"


# --- forms


class Form(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card")
    parts = forms.MultipleChoiceField(
        label="Parts", choices=[("a", "Lab results"), ("b", "Visits")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="I agree", required=False)


def test_hint_and_fault_of_a_field_are_tied_to_its_control() -> None:
    html = said("{% field form.name %}", form=Form({"name": ""}))
    assert 'aria-describedby="id_name_hint id_name_fault"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_hint"' in html
    assert 'id="id_name_fault"' in html
    assert '<label for="id_name">Name</label>' in html


def test_boxes_that_belong_together_are_one_group_with_a_legend() -> None:
    html = said("{% field form.parts %}", form=Form())
    assert html.count("<fieldset") == 1
    assert '<legend class="label">Parts</legend>' in html
    assert '<label for="id_parts_0">Lab results</label>' in html


def test_the_summary_leads_to_each_faulty_field_and_takes_the_focus() -> None:
    html = said("{% faults form %}", form=Form({"name": ""}))
    assert 'href="#id_name"' in html
    assert 'href="#id_parts_0"' in html
    assert "autofocus" in html
    assert "Name: This field is required." in html


def test_there_is_no_summary_without_faults_or_without_a_form() -> None:
    assert said("{% faults form %}", form=Form()) == ""
    assert said("{% faults nothing %}") == ""


# --- pages


def test_the_style_guide_shows_every_component_in_one_page() -> None:
    request = RequestFactory().get("/styleguide/")
    html = render_to_string("styleguide.html", samples.everything(), request)
    for sign in (
        "thread--on",
        "contract__foot",
        "facts__act",
        "basis--emergency",
        "withheld",
        "gauge",
        'class="proof"',
    ):
        assert sign in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), sorted({each for each in ids if ids.count(each) > 1})


@pytest.mark.parametrize("path", EVERY_TEMPLATE, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_compiles_and_holds_no_inline_style_or_script(path: Path) -> None:
    source = path.read_text()
    get_template(str(path.relative_to(TEMPLATES)))
    assert " style=" not in source
    assert "<style" not in source
    assert not re.search(r"\son[a-z]+=", source)
    assert not re.search(r"hx-on|hx-vals=.js|javascript:", source)
    for opening in re.findall(r"<script[^>]*>", source):
        assert "src=" in opening or 'type="application/json"' in opening
    assert not re.search(r"{#(?:(?!#}).)*$", source, re.MULTILINE), "a comment of one line goes over several"


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_needs_no_context_and_says_what_to_do(code: str) -> None:
    words = text_of(render_to_string(f"{code}.html"))
    assert "Go to the start" in words
    assert "Nothing" in words


# --- the style sheet


def _declared(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]+)", block))


def _blocks() -> Iterator[dict[str, str]]:
    fallback = CSS[CSS.index("@supports not (color: light-dark(#000, #fff))") :]
    yield from (_declared(block) for block in re.findall(r"{([^{}]+)}", fallback))


def test_browsers_without_light_dark_get_the_same_colours() -> None:
    pairs = re.findall(r"(--[a-z-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)", CSS)
    light, dark = {name: one for name, one, _ in pairs}, {name: other for name, _, other in pairs}
    assert len(light) > 20
    assert list(_blocks()) == [light, dark, dark, light]


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_of_wcag_on_every_ground_it_stands_on(theme: int) -> None:
    colours = list(_blocks())[theme]
    for ground in ("--ground", "--surface", "--sunken"):
        for ink in ("--ink", "--ink-soft", "--pine", "--madder"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert _contrast(colours["--line-firm"], colours[ground]) >= 3, ground
    for hue in ("pine", "iris", "honey", "madder"):
        assert _contrast(colours[f"--{hue}"], colours[f"--{hue}-wash"]) >= 4.5, hue


def test_the_style_sheet_names_no_side_but_start_and_end() -> None:
    rules = re.sub(r"/\*.*?\*/|\[dir=\"rtl\"\][^{]*{[^}]*}", "", CSS, flags=re.DOTALL)
    assert not re.findall(
        r"(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right):|text-align: (?:left|right)",
        rules,
    )


def test_vendored_files_come_with_their_licences() -> None:
    for name in ("vendor/bootstrap.LICENSE", "vendor/htmx.LICENSE", "icons.LICENSE", "fonts/OFL.txt"):
        assert len((STATIC / name).read_text()) > 300
