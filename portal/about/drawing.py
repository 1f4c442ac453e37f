"""The picture on "How this protects you": lines that are chained, one fingerprint of all, a signature, a witness, and
the receipt in one's hand. Tall rather than wide, so that it reads on a telephone."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.design.svg import element

WIDTH, HEIGHT = 340, 560
MIDDLE = WIDTH // 2
LINE_WIDTH, LINE_HEIGHT, STEP = 250, 44, 66
LEFT = (WIDTH - LINE_WIDTH) // 2
ROOT, SEALED, FOOT = 252, 336, 470


def draw() -> SafeString:
    """The picture; what it shows is said in words beside it, too."""
    body = [
        element("title", _("How lines are chained, signed, witnessed and proved")),
        element(
            "desc",
            _(
                "Three lines, each carrying the fingerprint of the one before. All lines together have one "
                "fingerprint, which the log signs. A witness keeps the signed fingerprint, and you hold a receipt."
            ),
        ),
        *_lines(),
        *_arrow(206, ROOT - 24),
        _text(MIDDLE, ROOT - 2, _("One fingerprint of all lines"), "strong"),
        _text(MIDDLE, ROOT + 20, "3f9a 71c0 … 8e2d", "mono"),
        *_arrow(ROOT + 32, SEALED - 26),
        element("circle", class_="seal-ring", cx=MIDDLE, cy=SEALED, r=24),
        element("path", class_="tick", d=f"M{MIDDLE - 10} {SEALED}l7 8l13 -15"),
        _text(MIDDLE, SEALED + 46, _("Signed by the log, each second"), "strong"),
        element("path", class_="way", d=f"M{MIDDLE - 40} {SEALED + 60}L86 {FOOT - 34}"),
        element("path", class_="way", d=f"M{MIDDLE + 40} {SEALED + 60}L254 {FOOT - 34}"),
        *_card(86, _("A witness"), _("keeps a copy"), _("and answers for it")),
        *_card(254, _("You"), _("keep the receipt"), _("and can check it")),
    ]
    return element("svg", *body, class_="how", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")


def _lines() -> list[SafeString]:
    said = [_("Dr Okafor looked"), _("You shared with a clinic"), _("A nurse looked")]
    tops = [6 + at * STEP for at in range(len(said))]
    boxes = [
        element("rect", class_="line", x=LEFT, y=top, width=LINE_WIDTH, height=LINE_HEIGHT, rx=10)
        for top in tops
    ]
    words = [_text(MIDDLE, top + 28, each, "on") for top, each in zip(tops, said, strict=True)]
    # Drawn last: a link holds two lines together, and lies over both.
    links = [
        element("rect", class_="link", x=x, y=top - 30, width=14, height=38, rx=7)
        for top in tops[1:]
        for x in (LEFT + 22, LEFT + LINE_WIDTH - 36)
    ]
    return [*boxes, *words, *links]


def _arrow(top: float, foot: float) -> list[SafeString]:
    return [element("path", class_="way", d=f"M{MIDDLE} {top}V{foot}m-6 -7l6 7l6 -7")]


def _card(middle: float, *words: str) -> list[SafeString]:
    kinds = ("strong", "", "")
    return [
        element("rect", class_="paper", x=middle - 76, y=FOOT - 30, width=152, height=104, rx=12),
        *(_text(middle, FOOT + 2 + at * 26, each, kinds[at]) for at, each in enumerate(words)),
    ]


def _text(x: float, y: float, words: str, kind: str) -> SafeString:
    return element("text", words, x=x, y=y, class_=kind, text_anchor="middle")
