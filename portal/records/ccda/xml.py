"""XML read strictly and small: no document type, hence no entities of its own and nothing fetched; no bombs. Pure.

Python's own readers take document types, whose entities grow a line into gigabytes or read files of the server. A
clinical document has no use for one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from portal.records.ccda.errors import DocumentRefused

LARGEST = 3 * 1024 * 1024  # bytes: as base64 it still is one record
DEEPEST = 100
HL7 = "urn:hl7-org:v3"


@dataclass
class Element:
    """One element: its name without the namespace of HL7 v3, which all others keep ("urn:x name")."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> Iterator["Element"]:
        """The elements at a path ("recordTarget/patientRole/id"), in order."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                yield from child.all(rest) if rest else (child,)

    def first(self, path: str) -> "Element":
        """The first of them; an empty one where there is none."""
        return next(self.all(path), Element("", {}))

    def words(self) -> str:
        """Its text and that of all that it holds."""
        return " ".join(" ".join([self.text, *(child.words() for child in self.children)]).split())


def parse(content: bytes) -> Element:
    """The root of a document. Raises DocumentRefused."""
    if len(content) > LARGEST:
        raise DocumentRefused(f"It is larger than {LARGEST // 1024} KiB. Send it as a Binary instead.")
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = tree.start, tree.end
    parser.CharacterDataHandler = tree.characters
    parser.StartDoctypeDeclHandler = tree.doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise DocumentRefused(f"It is no well-formed XML (line {error.lineno}).") from None
    except (LookupError, ValueError):
        raise DocumentRefused("It is written in an encoding that is not taken. Send it in UTF-8.") from None
    return tree.root.children[0]


class _Tree:
    def __init__(self) -> None:
        self.root = Element("", {})
        self._open = [self.root]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise DocumentRefused(f"It is nested deeper than {DEEPEST} levels.")
        made = Element(name.removeprefix(f"{HL7} "), attributes)
        self._open[-1].children.append(made)
        self._open.append(made)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].text += text

    def doctype(self, *_: object) -> None:
        raise DocumentRefused(
            "It has a document type (DOCTYPE). No clinical document needs one; it is not read."
        )
