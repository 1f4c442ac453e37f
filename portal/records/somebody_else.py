"""A record whose Patient is contained in it, and said to be one of ours, must not describe somebody else."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from portal.records import storage, subjects
from portal.records.access import Learned, circumstances, decide, enter, facts_of
from portal.records.errors import InvalidResource
from portal.records.judging import Item, Verdict
from portal.records.links import with_links
from portal.records.opening import open_rows
from portal.records.preparing import within
from portal.records.sealed import Stored
from portal.records.subjects import HEADER


def refuse_somebody_else(verdicts: Sequence[Verdict], learned: Learned) -> None:
    """Raise InvalidResource where a contained Patient contradicts whose record it is to be.

    In the transaction that permitted the write. What is compared is only told to those who may read it; `learned` is
    added to by what enters that they were told.
    """
    for verdict in verdicts:
        for item in verdict.items:
            if item.prepared and (found := subjects.contained(item.prepared.resource)):
                place, patient = found
                if subjects.says_who(patient) and (problem := _problem(verdict, item, patient, learned)):
                    where = f"{item.prepared.type}.contained[{place}]"
                    sentence = f"{where} {problem}. Nothing was stored."
                    raise within(item.prepared.entry, InvalidResource(sentence, expression=where))


def _problem(verdict: Verdict, item: Item, patient: subjects.Resource, learned: Learned) -> str:
    assert item.prepared  # noqa: S101 - it contains her
    found = storage.read("Patient", item.prepared.patient)
    opened = open_rows(verdict.asked.tenant, [found[0]]).records if found else []
    if not found or not opened or not _may_read(verdict, found[0], learned):
        return "says who the patient is, which you may not compare. Refer to her as Patient/<id> instead"
    if subjects.contradicts(patient, opened[0].resource):
        return f"is another person than the Patient whom {HEADER} names"
    return ""


def _may_read(verdict: Verdict, row: Stored, learned: Learned) -> bool:
    asked = replace(verdict.asked, action="read", interaction="read")
    under = circumstances(asked)
    (facts,) = with_links(asked.person, [facts_of(row.header)], under.told)
    decisions = decide(asked, [facts], under)
    if not decisions.of(facts).permitted:
        return False
    learned.append(partial(enter, asked, decisions, [row], categories={facts.category}))
    return True
