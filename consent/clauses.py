"""What terms ask of a request, as Cedar expressions that must all hold. Cheap tests stand first: Cedar stops at one.

Only opaque ids, words of the vocabulary and FHIR references reach the text, so there is nothing in it to escape.
"""

from collections.abc import Collection

from consent import instants, vocabulary
from consent.terms import Terms


def principal(agreed: Terms) -> str:
    """The scope of the policy: whom it can reach."""
    kind, key = agreed.grantee.kind, agreed.grantee.id
    within = {"organisation": "Organisation", "role": "Organisation", "team": "Team", "group": "Group"}
    return f'principal in {within[kind]}::"{key}"' if kind in within else f'principal == User::"{key}"'


def who(agreed: Terms) -> list[str]:
    """In which role, for which organisation, how strongly authenticated."""
    conditions = []
    if agreed.effect == "permit" or agreed.grantee.kind == "role":
        conditions.append(f'context.role == "{agreed.grantee.acts_as}"')
    if agreed.grantee.organisation is not None:
        conditions.append(f'principal in Organisation::"{agreed.grantee.organisation}"')
    if agreed.strong and agreed.effect == "permit":
        conditions.append("context.strong")
    return conditions


def what(agreed: Terms) -> list[str]:
    """Which records."""
    return [
        *one_of("resource.category", agreed.categories),
        *one_of("resource.type", agreed.types),
        f'resource.custodian == Organisation::"{agreed.custodian}"',
        *(_reach(agreed) if agreed.effect == "permit" else aimed(agreed.sensitivity)),
        *_named(agreed),
        *_dated(agreed),
    ]


def when(agreed: Terms, counter: str) -> list[str]:
    """Why, in which period, how often, and while what is open."""
    conditions = [
        *one_of("context.purpose", agreed.purposes),
        f"context.now < {instants.microseconds(agreed.ends)}",
    ]
    if agreed.starts is not None:
        conditions.append(f"context.now >= {instants.microseconds(agreed.starts)}")
    if agreed.during:
        conditions.append(f"context has open && {shares('context.open', agreed.during)}")
    if agreed.uses is not None:
        conditions.append(f'Counter::"{counter}".total < {agreed.uses}')
    if agreed.suspend_above is not None:
        conditions.append(f'Counter::"{counter}".today <= {agreed.suspend_above}')
    return conditions


def one_of(attribute: str, words: Collection[str]) -> list[str]:
    """That an attribute is one of these words; of no words, nothing is asked."""
    if len(words) <= 1:
        return [f'{attribute} == "{word}"' for word in words]
    return [f"{_literal(words)}.contains({attribute})"]


def reached(agreed: Terms) -> tuple[str, ...]:
    """The sensitivities that a permit reaches."""
    return tuple(
        sorted(set(vocabulary.covered(agreed.sensitivity)) - set(vocabulary.covered(agreed.excluded)))
    )


def _reach(agreed: Terms) -> list[str]:
    """Labels of a permit: each sensitivity that the record bears is named, and its level is.

    Naming a sensitivity names the restricted records that bear it (they are R for its sake), not other
    restricted ones. One unnamed sensitivity keeps a record closed, whatever else is named.
    """
    levels = [vocabulary.LEVELS[code] for code in agreed.sensitivity if code in vocabulary.LEVELS]
    ceiling, named = max(levels, default=3), reached(agreed)
    if not named:
        return [f"resource.level <= {ceiling}", "resource.sens.isEmpty()"]
    borne = f"{_literal(named)}.containsAll(resource.sens)"
    if ceiling > 3:
        return [f"resource.level <= {ceiling}", borne]
    return ["(resource.level <= 3 || (resource.level == 4 && !resource.sens.isEmpty()))", borne]


def aimed(named: Collection[str]) -> list[str]:
    """Labels of a refusal: any one that it names is enough, and a level covers those above (rule S11)."""
    if not named:
        return []
    hits = [f"resource.level >= {vocabulary.LEVELS[code]}" for code in named if code in vocabulary.LEVELS]
    if sensitivities := vocabulary.covered(named):
        hits.append(f"{_literal(sensitivities)}.containsAny(resource.sens)")
    return [f"({' || '.join(hits)})"]


def referring_to(references: Collection[str]) -> list[str]:
    """That a record is one of these or refers to one; of none, nothing is asked."""
    return [f"(resource has refers && {shares('resource.refers', references)})"] if references else []


def _named(agreed: Terms) -> list[str]:
    """Records named one by one: one hit is enough. Who recorded a record may be unknown; a refusal holds then (S13)."""
    if not agreed.records:
        return []
    by = {meaning: [one.reference for one in agreed.records if one.meaning == meaning] for meaning in _FACTS}
    hits = [f"(resource has reference && {test})" for test in one_of("resource.reference", by["instance"])]
    for meaning in ("related", "dependents"):
        if by[meaning]:
            fact = _FACTS[meaning]
            hits.append(f"(resource has {fact} && {shares(f'resource.{fact}', by[meaning])})")
    for test in one_of("resource.author", by["authoredby"]):
        hits.append(_known(agreed, "author", test))
    return [hits[0] if len(hits) == 1 else f"({' || '.join(hits)})"]


def _dated(agreed: Terms) -> list[str]:
    """Data may be dated to a day or a year: a permit must contain that, a refusal need only overlap it (S15)."""
    if agreed.effect == "permit":
        from_test, until_test = "resource.dates.starts >= {}", "resource.dates.ends <= {}"
    else:
        from_test, until_test = "resource.dates.ends > {}", "resource.dates.starts < {}"
    bounds = ((from_test, agreed.data_starts), (until_test, agreed.data_ends))
    tests = [test.format(instants.microseconds(bound)) for test, bound in bounds if bound is not None]
    return [_known(agreed, "dates", " && ".join(tests))] if tests else []


_FACTS = {
    "instance": "reference",
    "related": "linked",
    "dependents": "refers",
    "authoredby": "author",
}


def _known(agreed: Terms, fact: str, test: str) -> str:
    """A permit needs the fact; without it, a refusal holds."""
    if agreed.effect == "permit":
        return f"(resource has {fact} && {test})"
    return f"(if resource has {fact} then {test} else true)"


def shares(attribute: str, words: Collection[str]) -> str:
    """That a set has one of these words in it."""
    if len(words) == 1:
        return f'{attribute}.contains("{next(iter(words))}")'
    return f"{attribute}.containsAny({_literal(words)})"


def _literal(words: Collection[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
