"""The XHTML that a resource may carry as its text: formatting only (FHIR R4, Narrative, txt-1 and txt-2). Pure."""

from xml.parsers import expat

_ELEMENTS_TEXT = """
a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3
h4 h5 h6 hr i img kbd li ol p pre q samp small span strong sub sup table tbody td tfoot th thead
tr tt ul var
"""
_ELEMENTS = frozenset(_ELEMENTS_TEXT.split())
_ATTRIBUTES_TEXT = """
abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff charset cite
class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name
nowrap rel rev rowspan rules scope shape span src start style summary tabindex title type valign
value vspace width xml:lang xmlns
"""
_ATTRIBUTES = frozenset(_ATTRIBUTES_TEXT.split())
_SCHEMES = ("http:", "https:", "mailto:", "tel:", "#", "data:image/", "cid:")


_XHTML = "http://www.w3.org/1999/xhtml"
_STYLE_RUNS = ("javascript:", "expression(", "@import", "url(")  # or fetches from elsewhere


class _Refused(Exception):
    pass


def fault_of_narrative(value: object) -> str:
    """What is wrong with a `div`, or "" if nothing is. No scripts, forms, events, entities or remote frames."""
    if not isinstance(value, str):
        return "must be a string"
    if not value.lstrip().startswith("<div"):
        return "must be one XHTML div"
    parser, seen = expat.ParserCreate(), _Seen()
    parser.StartElementHandler = seen.element
    parser.CharacterDataHandler = seen.characters
    parser.StartDoctypeDeclHandler = _doctype
    parser.ProcessingInstructionHandler = _instruction
    try:
        parser.Parse(value.encode("utf-8"), True)
    except (expat.ExpatError, UnicodeEncodeError):
        return "is not well-formed XHTML"
    except _Refused as refused:
        return str(refused)
    return "" if seen.anything else "has neither text nor a picture (txt-2)"


class _Seen:
    """What the reader has come across so far."""

    def __init__(self) -> None:
        self.root = True
        self.anything = False

    def element(self, name: str, attributes: dict[str, str]) -> None:
        if self.root and attributes.get("xmlns") != _XHTML:
            raise _Refused(f"must be in the namespace {_XHTML}: give the div that xmlns")
        if attributes.get("xmlns", _XHTML) != _XHTML:
            raise _Refused(f"holds an element outside the namespace {_XHTML}")
        self.root = False
        self.anything = self.anything or name == "img"
        _element(name, attributes)

    def characters(self, text: str) -> None:
        self.anything = self.anything or not text.isspace()


def _element(name: str, attributes: dict[str, str]) -> None:
    if name not in _ELEMENTS:
        raise _Refused("holds an element that a narrative may not have")
    for key, content in attributes.items():
        if key not in _ATTRIBUTES:
            raise _Refused("holds an attribute that a narrative may not have")
        link = content.strip().lower()
        if key in {"href", "src"} and ":" in link.split("/")[0] and not link.startswith(_SCHEMES):
            raise _Refused("links to an address that a narrative may not have")
        if key == "style" and any(one in "".join(link.split()) for one in _STYLE_RUNS):
            raise _Refused("holds a style that runs or fetches something")


def _doctype(*_: object) -> None:
    raise _Refused("declares a document type")


def _instruction(*_: object) -> None:
    raise _Refused("holds a processing instruction")
