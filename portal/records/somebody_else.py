"""A record whose Patient is contained in it, and said to be one of ours, must not describe somebody else."""

from collections.abc import Sequence
from dataclasses import replace

from portal.records import storage, subjects
from portal.records.access import circumstances, decide, facts_of
from portal.records.errors import InvalidResource
from portal.records.judging import Item, Verdict
from portal.records.links import with_links
from portal.records.opening import open_rows
from portal.records.preparing import within
from portal.records.sealed import Header
from portal.records.subjects import HEADER


def refuse_somebody_else(verdicts: Sequence[Verdict]) -> None:
    """Raise InvalidResource where a contained Patient contradicts whose record it is to be.

    In the transaction that permitted the write. What is compared is only told to those who may read it.
    """
    for verdict in verdicts:
        for item in verdict.items:
            if item.prepared and (found := subjects.contained(item.prepared.resource)):
                place, patient = found
                if subjects.says_who(patient) and (problem := _problem(verdict, item, patient)):
                    where = f"{item.prepared.type}.contained[{place}]"
                    sentence = f"{where} {problem}. Nothing was stored."
                    raise within(item.prepared.entry, InvalidResource(sentence, expression=where))


def _problem(verdict: Verdict, item: Item, patient: subjects.Resource) -> str:
    assert item.prepared  # noqa: S101 - it contains her
    found = storage.read("Patient", item.prepared.patient)
    opened = open_rows(verdict.asked.tenant, [found[0]]).records if found else []
    if not found or not opened or not _may_read(verdict, found[0].header):
        return "says who the patient is, which you may not compare. Refer to her as Patient/<id> instead"
    if subjects.contradicts(patient, opened[0].resource):
        return f"is another person than the Patient whom {HEADER} names"
    return ""


def _may_read(verdict: Verdict, header: Header) -> bool:
    asked = replace(verdict.asked, action="read", interaction="read")
    under = circumstances(asked)
    (facts,) = with_links(asked.person, [facts_of(header)], under.told)
    return decide(asked, [facts], under).of(facts).permitted
