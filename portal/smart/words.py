"""Scopes in words that people understand."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import smart_scopes
from portal.design.vocabulary import CATEGORIES
from portal.records.kinds import KINDS
from portal.records.scoping import restriction

_BESIDE = {
    "openid": gettext_lazy("Know that it is you who signed in"),
    "fhirUser": gettext_lazy("Know which person of the record you are"),
    "offline_access": gettext_lazy("Stay connected while you are away"),
    "online_access": gettext_lazy("Stay connected for up to 12 hours"),
    "launch/patient": gettext_lazy("Know whose record it is"),
}


@dataclass(frozen=True)
class Line:
    """One scope that can be given or left out."""

    scope: str
    says: str
    what: str
    chosen: bool = True


def line(word: str, *, chosen: Collection[str] | None = None) -> Line:
    """What a scope over records lets an application do."""
    scope = smart_scopes.parse(word)
    assert scope is not None  # noqa: S101 - the caller has chosen these
    letters = set(scope.letters)
    may = []
    if letters & set("rs"):
        may.append(_("read"))
    if "c" in letters:
        may.append(_("add"))
    if "u" in letters:
        may.append(_("change"))
    if "d" in letters:
        may.append(_("delete"))
    parts = {"may": _(", ").join(may), "what": _what(scope)}
    says = _("%(may)s: %(what)s") % parts
    return Line(word, says[:1].upper() + says[1:], parts["what"], chosen is None or word in chosen)


def beside(word: str) -> str:
    """What a scope beside records is for; "" for one that goes without saying."""
    return str(_BESIDE.get(word, ""))


def _what(scope: smart_scopes.ResourceScope) -> str:
    if scope.category:
        only = restriction(scope.type, scope.category) or ""
        return str(CATEGORIES.get(only, scope.category))
    if scope.type == "*":
        return _("the whole record")
    named = [str(CATEGORIES[each]) for each in KINDS[scope.type].categories if each in CATEGORIES]
    return f"{_(', ').join(named)} ({scope.type})" if named else scope.type
