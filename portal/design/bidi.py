"""Text from right to left for paper, where no browser puts it in order: Arabic letters joined, a line as it is seen.

The Unicode bidirectional algorithm (UAX 9) for text without embeddings or isolates, brackets as any other neutral; and
the joining of Arabic letters (The Unicode Standard, 9.2) by the presentation forms of the Unicode character database.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

_LAM, _TATWEEL = "\u0644", "\u0640"
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_NUMBERS = ("EN", "AN")
_STRONG = ("L", "R")


def has_rtl(text: str) -> bool:
    """Whether anything in it is written from right to left."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)


def visual(line: str, *, rtl: bool) -> str:
    """One line as its letters stand from left to right. `rtl`: of a paragraph that is written from right to left."""
    shaped = [each for each in joined(line) if unicodedata.category(each) != "Cf"]
    levels = _levels(shaped, base=int(rtl))
    order = list(range(len(shaped)))
    for level in range(max(levels, default=0), 0, -1):  # L2
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[at:end] = order[at:end][::-1]
            at = max(end, at + 1)
    # L4. A mark stands before the letter over which it is drawn (L3): it has no width.
    return "".join(shaped[at].translate(_MIRRORED) if levels[at] % 2 else shaped[at] for at in order)


def joined(text: str) -> str:
    """The text with each Arabic letter in the form that it has between its neighbours."""
    out, at = [], 0
    while at < len(text):
        letter, step = text[at], 1
        if letter == _LAM and text[at + 1 : at + 2] and _forms().get(pair := text[at : at + 2]):
            letter, step = pair, 2
        forms = _forms().get(letter, {})
        before, after = _joins(text, at, -1), _joins(text, at + step - 1, 1)
        wanted = {(True, True): "medial", (True, False): "final", (False, True): "initial"}
        kinds = [wanted.get((before, after), "isolated"), "final" if before else "isolated"]
        out.append(next((forms[kind] for kind in kinds if kind in forms), letter))
        at += step
    return "".join(out)


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Of each letter (or lam with alef) its forms: initial, medial, final, isolated."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE70, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        base = "".join(chr(int(each, 16)) for each in letters)
        if kind.strip("<>") in ("initial", "medial", "final", "isolated") and (
            len(base) == 1 or base[0] == _LAM
        ):
            forms.setdefault(base, {}).setdefault(kind.strip("<>"), chr(code))
    return forms


def _joins(text: str, at: int, step: int) -> bool:
    """Whether the next letter that is no mark reaches for this one: from before (-1) or from behind (1)."""
    at += step
    while 0 <= at < len(text) and unicodedata.category(text[at]) == "Mn":
        at += step
    if not 0 <= at < len(text):
        return False
    return text[at] == _TATWEEL or ("initial" if step < 0 else "final") in _forms().get(text[at], {})


def _levels(text: Sequence[str], *, base: int) -> list[int]:
    own = _STRONG[base]
    kinds = _weak(_lettered([unicodedata.bidirectional(each) for each in text], own), own)
    _neutral(kinds, own)
    levels = [_level(kind, base) for kind in kinds]
    for at in range(len(text) - 1, -1, -1):  # L1
        if unicodedata.bidirectional(text[at]) != "WS":
            break
        levels[at] = base
    return levels


def _level(kind: str, base: int) -> int:
    """I1 and I2."""
    if base:
        return 1 if kind == "R" else 2
    return {"L": 0, "R": 1}.get(kind, 2)


def _lettered(kinds: Sequence[str], own: str) -> list[str]:
    """W1 to W3: a mark goes with its letter, a number with Arabic letters before it."""
    found: list[str] = []
    strong = own
    for each in kinds:
        kind = (found[-1] if found else own) if each == "NSM" else each
        if kind in ("L", "R", "AL"):
            strong = kind
        found.append("AN" if kind == "EN" and strong == "AL" else kind)
    return ["R" if kind == "AL" else kind for kind in found]


def _weak(kinds: list[str], own: str) -> list[str]:
    """W4 to W7: numbers and what stands beside them."""
    for at in range(1, len(kinds) - 1):  # W4
        around = (kinds[at - 1], kinds[at + 1])
        if kinds[at] in ("ES", "CS") and around == ("EN", "EN"):
            kinds[at] = "EN"
        elif kinds[at] == "CS" and around == ("AN", "AN"):
            kinds[at] = "AN"
    for first, end in _runs(kinds, ("ET",)):  # W5
        if "EN" in (kinds[first - 1 : first] + kinds[end : end + 1]):
            kinds[first:end] = ["EN"] * (end - first)
    strong = own
    for at, kind in enumerate(kinds):  # W6, W7
        if kind in _STRONG:
            strong = kind
        elif kind == "EN":
            kinds[at] = "L" if strong == "L" else kind
        elif kind != "AN":
            kinds[at] = "ON"
    return kinds


def _neutral(kinds: list[str], own: str) -> None:
    """N1 and N2: what has no direction takes that of both its neighbours, or else of the paragraph."""

    def side(at: int) -> str:
        if not 0 <= at < len(kinds):
            return own
        return "R" if kinds[at] in _NUMBERS else kinds[at]

    for first, end in _runs(kinds, ("ON",)):
        before = side(first - 1)
        kinds[first:end] = [before if before == side(end) else own] * (end - first)


def _runs(kinds: Sequence[str], of: Sequence[str]) -> list[tuple[int, int]]:
    """Where those stand one after the other, half-open."""
    runs: list[tuple[int, int]] = []
    for at, kind in enumerate(kinds):
        if kind not in of:
            continue
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs
