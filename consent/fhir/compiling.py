"""Rules of a FHIR Consent to Cedar: one policy for each provision, cited as `<code hash>:<path>`.

The effect of a provision says how it takes a fact that is missing (rule S13): a permit needs it, a deny does not let
it escape. An exception replaces its parent's effect (S4): a permit under a permit, or a deny under anything, is a
policy that stands beside it; a permit under a deny also switches that deny off.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import cedarpy

from consent.errors import CodeRefused, ConsentElementUnsupported
from consent.fhir.conditions import conditions
from consent.fhir.reading import read
from consent.fhir.rules import FhirConsent, Rule
from consent.policy_sets import Code
from ledger.canonical import canonical
from ledger.hashing import sha256

COMPILER = "assent-fhir-1"
LANGUAGE = "FHIR R4 Consent"
SCHEMA_TEXT = (Path(__file__).parent / "consent.cedarschema").read_text(encoding="ascii")
SCHEMA_HASH = sha256(SCHEMA_TEXT.encode("ascii")).hex()
LONGEST = 1_000_000
"""Characters of policy text. Each deny repeats its permitted exceptions, so deep nesting grows by the square."""


def compile_consent(resource: object) -> Code:
    """The code of a FHIR R4 Consent (as parsed JSON). Raises ConsentNotRead, or CodeRefused if Cedar rejects it."""
    cedar = cedar_text(read(resource))
    result = cedarpy.validate_policies(cedar, schema())
    if not result.validation_passed:
        raise CodeRefused("The compiled consent does not validate, so it was not taken. This is our fault.")
    content = {"language": LANGUAGE, "cedar": cedar, "schema": SCHEMA_HASH, "compiler": COMPILER}
    return Code(sha256(canonical(content)).hex(), cedar)


@cache
def schema() -> cedarpy.Schema:
    """The schema of FHIR consents, parsed once."""
    return cedarpy.Schema.from_str(SCHEMA_TEXT)


def cedar_text(consent: FhirConsent) -> str:
    """The policies of a consent; none if it does not apply."""
    if not consent.applies:
        return "// Not active, or not about privacy: decides nothing.\n"
    texts = []
    for position, rule in enumerate(consent.rules):
        texts.append(_policy(consent.patient, rule, consent.rules[position + 1 :]))
        if sum(map(len, texts)) > LONGEST:
            raise ConsentElementUnsupported("Consent.provision says more than can be decided on.")
    return "".join(texts)


def _policy(patient: str, rule: Rule, later: Iterable[Rule]) -> str:
    head = f'@id("{rule.clause}")\n{"permit" if rule.effect == "permit" else "forbid"} '
    scope = f'(principal, action, resource in Patient::"{patient}")'
    stated = conditions(rule)
    when = "\nwhen {\n  " + " &&\n  ".join(stated) + "\n}" if stated else ""
    if rule.effect == "permit":
        return f"{head}{scope}{when};\n"
    exceptions = [
        _both(conditions(other)) for other in later if other.effect == "permit" and other.is_under(rule)
    ]
    unless = f"\nunless {{\n  {_either(exceptions)}\n}}" if exceptions else ""
    return f"{head}{scope}{when}{unless};\n"


def _both(terms: Sequence[str]) -> str:
    return f"({' && '.join(terms)})" if terms else "true"


def _either(terms: Sequence[str]) -> str:
    """A balanced tree: Cedar gives up on an expression that is nested too deeply, and a chain is."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_either(terms[:middle])} ||\n  {_either(terms[middle:])})"
