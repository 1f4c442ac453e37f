"""A second, plain reading of rules S1 to S15 over the JSON itself. It shares no code with the compiler."""

from datetime import UTC, datetime, timedelta
from typing import Any

ORDER = "ULMNRV"
PARENT = {"ETHUD": "ETH", "OPIOIDUD": "ETH"}
COVERED_BY = {"PRCP": "IRCP"}
REPLACED = ("actor", "action", "purpose", "class", "dataPeriod", "data")

Json = dict[str, Any]


def answer(consents: list[Json], request: Json) -> str:
    """S6: one deny denies; S7: silence is `silent`."""
    said = {said_by(consent, request) for consent in consents}
    return "deny" if "deny" in said else "permit" if "permit" in said else "silent"


def said_by(consent: Json, request: Json) -> str:
    scope = consent["scope"]["coding"][0]["code"]
    if consent["status"] != "active" or scope != "patient-privacy":  # S1, S2
        return "silent"
    if consent["patient"]["reference"] != request["resource"]["patient"]:
        return "silent"
    return under(consent["provision"], {}, request)


def under(provision: Json, inherited: Json, request: Json) -> str:
    """S4: an exception that matches replaces its parent; S6: among siblings a deny wins."""
    stated = dict(inherited)
    for name in REPLACED:  # S5
        if name in provision:
            stated[name] = provision[name]
    if "securityLabel" in provision:  # S15: with the direction of the one that states it
        stated["securityLabel"] = (provision["type"], provision["securityLabel"])
    stated["periods"] = [*inherited.get("periods", []), provision.get("period", {})]
    said = {under(inner, stated, request) for inner in provision.get("provision", [])} - {"silent"}
    if said:
        return "deny" if "deny" in said else "permit"
    return provision["type"] if matches(provision["type"], stated, request) else "silent"


def matches(effect: str, stated: Json, request: Json) -> bool:
    """S3: all of it. S13: what cannot be told holds for a deny and not for a permit."""
    now = covers(request["now"])[0]
    if not all(inside(now, period) for period in stated["periods"]):
        return False
    tests = [
        actor_matches(effect, stated.get("actor"), request),
        purpose_matches(stated.get("purpose"), request["purpose"]),
        data_matches(stated.get("data"), request["resource"]),
        dates_match(effect, stated.get("dataPeriod"), request["resource"]["date"]),
        labels_match(stated.get("securityLabel"), request["resource"]["securityLabels"]),
        in_concepts(stated.get("action"), request["action"]),
        "class" not in stated
        or request["resource"]["resourceType"] in [one["code"] for one in stated["class"]],
    ]
    return all(effect == "deny" if test is None else test for test in tests)


def inside(now: datetime, period: Json) -> bool:
    """S8: both ends inclusive to their precision."""
    return not (
        ("start" in period and now < covers(period["start"])[0])
        or ("end" in period and now >= covers(period["end"])[1])
    )


def covers(text: str) -> tuple[datetime, datetime]:
    """From the first instant to just after the last."""
    if "T" in text:
        seconds = datetime.fromisoformat(text)
        digits = len(text.partition(".")[2].rstrip("Z").split("+")[0].split("-")[0])
        return seconds, seconds + timedelta(microseconds=10 ** (6 - digits))
    numbers = [int(part) for part in text.split("-")]
    year, month, day = [*numbers, 1, 1][:3]
    first = datetime(year, month, day, tzinfo=UTC)
    if len(numbers) == 1:
        return first, datetime(year + 1, 1, 1, tzinfo=UTC)
    if len(numbers) == 2:
        return first, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return first, first + timedelta(days=1)


def actor_matches(effect: str, actors: list[Json] | None, request: Json) -> bool | None:
    """S9; S15: the role limits a permit only."""
    if actors is None:
        return True
    if request["actor_reference"] is None:
        return None
    me = {request["actor_reference"], request["actor_organization"], *request["actor_groups"]}
    role = request["actor_role"]
    for actor in actors:
        wanted = actor["role"]["coding"][0]["code"]
        in_role = role is not None and wanted in {role, COVERED_BY.get(role)}
        if actor["reference"]["reference"] in me and (effect == "deny" or in_role):
            return True
    return False


def purpose_matches(purposes: list[Json] | None, purpose: str | None) -> bool | None:
    """S10."""
    if purposes is None:
        return True
    if purpose is None:
        return None
    full = purpose if "|" in purpose else f"http://terminology.hl7.org/CodeSystem/v3-ActReason|{purpose}"
    return full in {f"{one['system']}|{one['code']}" for one in purposes}


def data_matches(data: list[Json] | None, record: Json) -> bool | None:
    """S12."""
    if data is None:
        return True
    me = f"{record['resourceType']}/{record['id']}"
    found: set[bool | None] = set()
    for datum in data:
        named = datum["reference"]["reference"]
        if datum["meaning"] == "instance":
            found.add(named == me)
        elif datum["meaning"] == "related":
            found.add(named == me or named in record["related"])
        else:
            found.add(None if record["authored_by"] is None else named == record["authored_by"])
    return True if True in found else None if None in found else False


def dates_match(effect: str, period: Json | None, date: str | None) -> bool | None:
    """S12, S15: a permit contains what the date covers, a deny overlaps it."""
    if period is None:
        return True
    if date is None:
        return None
    first, after = covers(date)
    start = covers(period["start"])[0] if "start" in period else None
    end = covers(period["end"])[1] if "end" in period else None
    if effect == "permit":
        return (start is None or start <= first) and (end is None or after <= end)
    return (start is None or start < after) and (end is None or first < end)


def labels_match(stated: tuple[str, list[Json]] | None, labels: list[str]) -> bool:
    """S11."""
    if stated is None:
        return True
    direction, wanted = stated
    levels = [ORDER.index(one) for one in labels if one in ORDER]
    bears = [one for one in labels if one not in ORDER]
    level = max(levels) if levels else ORDER.index("R" if bears else "N")
    for code in (one["code"] for one in wanted):
        if code in ORDER:
            rank = ORDER.index(code)
            if level <= rank if direction == "permit" else level >= rank:
                return True
        elif any(code in {one, PARENT.get(one)} for one in bears):
            return True
    return False


def in_concepts(concepts: list[Json] | None, code: str) -> bool:
    return concepts is None or code in [one["coding"][0]["code"] for one in concepts]
