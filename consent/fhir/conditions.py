"""What a rule asks of a request, as Cedar expressions that must all hold. Cheap tests stand first.

Everything from the resource that reaches the text was read as visible ASCII without quotes, so nothing is escaped.
"""

from collections.abc import Sequence

from consent import vocabulary
from consent.fhir.rules import Actor, Effect, Labels, Rule
from consent.fhir.spans import Span


def conditions(rule: Rule) -> list[str]:
    """The expressions of a rule; none if it matches everything."""
    return [
        *_period(rule.period),
        *_action(rule.actions),
        *_class(rule),
        *_purpose(rule.purposes, rule.effect),
        *_labels(rule.labels),
        *_dates(rule.dates, rule.effect),
        *_actors(rule.actors, rule.effect),
        *_data(rule),
    ]


def _period(period: Span) -> list[str]:
    starts = [] if period.starts is None else [f"context.now >= {period.starts}"]
    return starts if period.ends is None else [*starts, f"context.now < {period.ends}"]


def _action(actions: Sequence[str]) -> list[str]:
    names = [f'Action::"{name}"' for name in actions]
    return [_any([f"action == {name}" for name in names])] if names else []


def _class(rule: Rule) -> list[str]:
    """Repeats are alternatives, whichever system they are of (S3)."""
    terms = _one_of("resource.type", rule.types)
    for term in _one_of("resource.category", rule.categories):
        terms.append(f"({_known('resource', 'category', term, rule.effect)})")
    return [_any(terms)] if terms else []


def _purpose(purposes: Sequence[str], effect: Effect) -> list[str]:
    return [_known("context", "purpose", term, effect) for term in _one_of("context.purpose", purposes)]


def _labels(labels: Labels | None) -> list[str]:
    """One label is enough. A level reaches downwards where a permit states it, upwards where a deny does (S11)."""
    if labels is None:
        return []
    levels = [vocabulary.LEVELS[code] for code in labels.codes if code in vocabulary.LEVELS]
    terms = []
    if levels and labels.stated_in == "permit":
        terms.append(f"resource.level <= {max(levels)}")
    elif levels:
        terms.append(f"resource.level >= {min(levels)}")
    if reached := vocabulary.covered(labels.codes):
        terms.append(_shares("resource.sens", reached))
    return [_any(terms)]


def _dates(dates: Span | None, effect: Effect) -> list[str]:
    """Data may be dated to a day or a year: a permit must contain that, a deny need only overlap it (S15)."""
    if dates is None:
        return []
    starts, ends = "resource.dates.starts", "resource.dates.ends"
    if effect == "permit":
        terms = [] if dates.starts is None else [f"{starts} >= {dates.starts}"]
        terms += [] if dates.ends is None else [f"{ends} <= {dates.ends}"]
    else:
        terms = [] if dates.starts is None else [f"{ends} > {dates.starts}"]
        terms += [] if dates.ends is None else [f"{starts} < {dates.ends}"]
    return [_known("resource", "dates", " && ".join(terms), effect)]


def _actors(actors: Sequence[Actor], effect: Effect) -> list[str]:
    """The role is asked for in a permit only: neither another role nor a missing one escapes a deny (S15)."""
    if not actors:
        return []
    if effect == "deny":
        return [f"(!principal.identified || {_party(actors)})"]
    terms = []
    for role in sorted({actor.role for actor in actors}):
        party = _party([actor for actor in actors if actor.role == role])
        terms.append(f'({party} && context.roles.contains("{role}"))')
    return [_any(terms)]


def _data(rule: Rule) -> list[str]:
    named = {
        meaning: [datum.reference for datum in rule.data if datum.meaning == meaning]
        for meaning in ("instance", "related", "authoredby")
    }
    terms = _one_of("resource.reference", named["instance"])
    if named["related"]:
        terms.append(_shares("resource.linked", named["related"]))
    for term in _one_of("resource.author", named["authoredby"]):
        terms.append(f"({_known('resource', 'author', term, rule.effect)})")
    return [_any(terms)] if terms else []


def _known(holder: str, fact: str, term: str, effect: Effect) -> str:
    """A permit needs the fact; without it, a deny holds."""
    if effect == "permit":
        return f"{holder} has {fact} && {term}"
    return f"(if {holder} has {fact} then {term} else true)"


def _party(actors: Sequence[Actor]) -> str:
    parties = list(dict.fromkeys(f'Party::"{actor.reference}"' for actor in actors))
    return f"principal in {parties[0]}" if len(parties) == 1 else f"principal in [{', '.join(parties)}]"


def _one_of(attribute: str, words: Sequence[str]) -> list[str]:
    if len(words) <= 1:
        return [f'{attribute} == "{word}"' for word in words]
    return [f"{_literal(words)}.contains({attribute})"]


def _shares(attribute: str, words: Sequence[str]) -> str:
    if len(words) == 1:
        return f'{attribute}.contains("{words[0]}")'
    return f"{attribute}.containsAny({_literal(words)})"


def _any(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' || '.join(terms)})"


def _literal(words: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
