"""What the style guide shows: invented people, values and hashes, one of each state."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from portal.design import charts
from portal.design.shapes import (
    Check,
    Contract,
    Fact,
    Gauge,
    Item,
    Link,
    Measured,
    Opened,
    Part,
    Phrase,
    Task,
)

TOKENS = [
    *("ground", "surface", "sunken", "line", "line-firm", "ink", "ink-soft", "pine", "pine-wash"),
    *("iris", "iris-wash", "honey", "honey-wash", "madder", "madder-wash"),
]
CODE = """@id("c7f3:0")
permit (
  principal == User::"0192f3aa",
  action in [Action::"read"],        // 1
  resource in Patient::"a91c40be"
) when {
  resource.category == "medicines"   // 2
};"""


class Answers(forms.Form):
    """One field of each kind, with a fault."""

    name = forms.CharField(label="Name of the person or place", help_text="For example, Northgate Eye Clinic")
    until = forms.DateField(label="Until when", widget=forms.DateInput(attrs={"type": "date"}))
    why = forms.ChoiceField(label="Why", choices=[("TREAT", "Your treatment"), ("RESEARCH", "Research")])
    parts = forms.MultipleChoiceField(
        label="What they can see",
        help_text="Choose all that apply",
        choices=[("lab-results", "Lab results"), ("medicines", "Medicines")],
        widget=forms.CheckboxSelectMultiple,
    )
    sensitive = forms.BooleanField(
        label="Mental health", help_text="Never included unless you choose it here", required=False
    )


def everything() -> dict[str, Any]:
    now = timezone.now()
    return {
        "tokens": TOKENS,
        "links": links(now),
        "more_links": more_links(now),
        "contract": contract(now),
        "tasks": tasks(),
        "facts": facts(),
        "parts": [
            Part(slug="labs", name="Lab results", count=46),
            Part(slug="med", name="Medicines", count=5),
        ],
        "names": ["Mental health", "Visits"],
        "basis": {"headline": "By their contract, for treatment, until 1 March 2027.", "url": "#basis"},
        "emergency": {
            "told": now - timedelta(minutes=39),
            "left": "3 h 21 min",
            "left_iso": "PT3H21M",
            "minutes": 240,
            "minutes_left": 201,
        },
        "form": Answers({"name": "Northgate", "until": "", "parts": ["medicines"], "why": "TREAT"}),
        "checks": checks(),
        "gauges": [Gauge(name="Entries", value="1,204,118", detail="38 in the last minute")],
        "items": items(),
        "measured": measured(),
        "chart": chart(),
        "path": path(index=41, size=97),
        "pages": [1, 2, 3, 4, 5],
    }


def links(now: datetime) -> list[Link]:
    return [
        Link(
            entry="sample-open",
            who="Dr Jonas Okafor",
            role="Diabetes doctor",
            place="St Mary Hospital",
            time=now - timedelta(minutes=5),
            state="open",
            parts=["lab results", "medicines"],
            purpose="your treatment",
            opened=[Opened(time=now, what="HbA1c, all values")],
            url="#thread",
        ),
        Link(
            entry="sample-pending",
            who="Tomasz Wieczorek",
            time=now,
            state="pending",
            parts=["immunisations"],
            purpose="your treatment",
        ),
        Link(
            entry="sample-automated",
            who="Harbour Pharmacy",
            time=now - timedelta(days=1),
            automated=True,
            parts=["medicines", "allergies"],
            purpose="your treatment",
            number=206,
            url="#thread",
        ),
    ]


def more_links(now: datetime) -> list[Link]:
    place = "St Mary Hospital"
    return [
        Link(
            entry="sample-refused",
            who="Marcus Webb",
            role="Billing",
            place=place,
            time=now - timedelta(days=9),
            kind="refused",
            parts=["documents"],
            number=201,
        ),
        Link(
            entry="sample-emergency",
            who="Dr Lena Fischer",
            place=place,
            time=now - timedelta(days=19),
            kind="emergency",
            parts=["conditions"],
            reason="Brought in unconscious.",
            number=188,
        ),
        Link(
            entry="sample-broken",
            who="Link 181 does not hold",
            time=now - timedelta(days=30),
            state="broken",
            sentence="We have been told, and have stopped the log.",
        ),
    ]


def contract(now: datetime) -> Contract:
    phrases = [
        Phrase(text="Harbour Pharmacy", strong=True),
        Phrase(text=" can "),
        Phrase(text="see", clause=1),
        Phrase(text=" your "),
        Phrase(text="medicines", strong=True, clause=2),
        Phrase(text="."),
    ]
    return Contract(
        id="sample",
        grantee="Harbour Pharmacy",
        sentence="".join(phrase.text for phrase in phrases),
        phrases=phrases,
        signed="You signed this on 15 June 2026.",
        used=9,
        days_left=12,
        ends=now,
        code=CODE,
        code_hash=digest("contract"),
        url="#contract",
        stop_url="#contract",
    )


def tasks() -> list[Task]:
    return [
        Task(
            title="Dr Priya Raman asks to see your record", detail="Lab results and medicines.", url="#task"
        ),
        Task(
            title="Someone opened your record in an emergency",
            detail="Dr Lena Fischer, St Mary Hospital, today, 03:18.",
            url="#tasks",
            icon="siren",
            tone="alarm",
        ),
    ]


def facts() -> list[Fact]:
    return [
        Fact(name="Who", value="Dr Priya Raman", detail="Northgate Eye Clinic", change_url="#facts"),
        Fact(name="Fingerprint", fingerprint=digest("facts")),
    ]


def checks() -> list[Check]:
    return [
        Check(says="The entry is in the tree", detail="7 hashes lead to the root"),
        Check(says="its body was changed", state="bad"),
        Check(says="Every tile from its leaves", state="turn"),
        Check(says="Bodies", state="wait"),
    ]


def items() -> list[Item]:
    return [
        Item(title="Metformin 1 g", detail="One tablet twice a day", day=date(2023, 3, 1), place="St Mary"),
        Item(title="Penicillin allergy", flag="Severe", tone="alarm", day=date(1998, 6, 2)),
    ]


def measured() -> list[Measured]:
    day = date(2026, 11, 16)
    return [
        Measured(
            name="HbA1c",
            value="52",
            unit="mmol/mol",
            day=day,
            history=[61, 64, 60, 55, 52],
            high=48,
            flag="High",
        ),
        Measured(name="eGFR", value="71", unit="mL/min", day=day, history=[88, 80, 74, 71], low=60, high=90),
    ]


def chart() -> charts.Chart:
    values = [
        (date(2023, 2, 14), 50.0),
        (date(2024, 2, 19), 57.0),
        (date(2025, 2, 13), 64.0),
        (date(2026, 2, 10), 56.0),
    ]
    line = charts.Line(name="HbA1c", points=[charts.Point(day=day, value=value) for day, value in values])
    return charts.Chart(
        name="HbA1c", unit="mmol/mol", lines=[line], band=charts.Band(high=48, name="Your target: 48 or less")
    )


def path(*, index: int, size: int) -> dict[str, Any]:
    """An inclusion path as deep as a tree of `size` has at `index`, over invented hashes (it proves nothing)."""
    node, last, depth = index, size - 1, 0
    while last:
        depth += bool(node & 1 or node < last)
        node, last = node >> 1, last >> 1
    hashes = [digest(f"path {at}") for at in range(depth)]
    return {"leaf": digest("leaf"), "path": hashes, "root": digest("root"), "index": index, "size": size}


def digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()
