"""The catalogues of translations: `make translations` extracts every string that people read, keeps what is translated
of them in portal/locale/<language>/LC_MESSAGES/django.po, compiles django.mo, and says what is left to translate.

Babel does it all, so that no gettext needs to be installed. Templates are turned into Python calls by Django itself.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE = Path(__file__).resolve().parent.parent
LOCALES = BASE / "portal" / "locale"
LANGUAGES = ("ar",)
PYTHON = ("portal", "consent", "ledger")
TEMPLATES = ("templates", "portal")
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_PERSONAL = r'^"(POT-Creation-Date|PO-Revision-Date|Report-Msgid|Last-Trans|Language-Team|Generated-By).*\n'
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd%]|(?<!\{)\{(\w*)\}")


def extracted() -> Catalog:
    """Every string of the sources, with the files in which it stands."""
    catalog = Catalog(project="Assent", charset="utf-8")
    for path, source in _sources():
        for _line, function, said, _comments in extract_python(BytesIO(source.encode()), KEYWORDS, [], {}):
            message, context = _message(function, said)
            if message:
                catalog.add(message, locations=[(path, 0)], context=context)
    return catalog


def _message(function: object, said: object) -> tuple[str | tuple[str, str] | None, str | None]:
    """What is translated, in one form or two, and its context."""
    name = str(function)
    words = [each for each in (said if isinstance(said, tuple) else (said,)) if isinstance(each, str)]
    context = words.pop(0) if "pgettext" in name and words else None
    if "ngettext" in name or "npgettext" in name:
        return ((words[0], words[1]) if len(words) == 2 else None), context
    return (words[0] if words else None), context


def _sources() -> Iterator[tuple[str, str]]:
    for folder in PYTHON:
        for path in sorted((BASE / folder).rglob("*.py")):
            yield path.relative_to(BASE).as_posix(), path.read_text()
    for folder in TEMPLATES:
        for path in sorted((BASE / folder).rglob("*.html")) + sorted((BASE / folder).rglob("*.txt")):
            if "static" not in path.parts:
                # In brackets, because a template knows nothing of indentation.
                yield path.relative_to(BASE).as_posix(), f"(\n{templatize(path.read_text())}\n)"


def stored(language: str) -> Catalog:
    """The catalogue as it lies in the sources."""
    with _po(language).open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.creation_date = catalog.revision_date = LONG_AGO  # compiled, too
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as Django reads it."""
    content = BytesIO()
    write_mo(content, catalog)
    return content.getvalue()


def write(language: str, catalog: Catalog) -> None:
    """Both files. Neither has a date or a name, so that they change with what they say only."""
    with _po(language).open("wb") as file:
        write_po(file, catalog, width=110, include_lineno=False)
    text = re.sub(_PERSONAL, "", _po(language).read_text(), flags=re.MULTILINE)
    _po(language).write_text(text)
    _po(language).with_suffix(".mo").write_bytes(compiled(stored(language)))


def faults(catalog: Catalog, source: Catalog) -> list[str]:
    """What is missing, doubtful or not translated, and translations that name other values than their source."""
    wanted = {(message.id, message.context) for message in source if message.id}
    held = {(message.id, message.context) for message in catalog if message.id}
    found = [f"missing: {key!r}" for key in wanted - held] + [f"gone: {key!r}" for key in held - wanted]
    for message in catalog:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.fuzzy or not all(forms):
            found.append(f"not translated: {message.id!r}")
        found += [
            f"other values: {message.id!r}: {form!r}" for form in forms if form and not _agrees(message, form)
        ]
    return found


def _agrees(message: Message, form: str) -> bool:
    """Whether a form fills in what the source does. In one form of several a number may be a word instead."""
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    wanted = [{match[0] for match in PLACEHOLDER.finditer(each)} for each in ids]
    found = {match[0] for match in PLACEHOLDER.finditer(form)}
    every = set().union(*wanted)
    return found in wanted or (len(ids) > 1 and found <= every and len(every - found) == 1)


def _po(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def main() -> int:
    source = extracted()
    left = []
    for language in LANGUAGES:
        catalog = stored(language)
        catalog.update(source, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        write(language, catalog)
        left += [f"{language}: {fault}" for fault in faults(catalog, source)]
    sys.stdout.write("\n".join([*left, f"{len(list(source))} messages, {len(left)} faults"]) + "\n")
    return bool(left)


if __name__ == "__main__":
    sys.exit(main())
