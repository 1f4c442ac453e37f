"""What clinicians ask of patients."""

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from consent.errors import UnknownRequest
from consent.models import Answer, ContractRequest
from consent.sealing import open_text


def requests_of_person(person: UUID, *, only_open: bool = True) -> list[ContractRequest]:
    """What clinicians ask of this person, newest first."""
    return list(_requests(only_open).filter(person=person))


def requests_by(
    requester: UUID, *, person: UUID | None = None, only_open: bool = False
) -> list[ContractRequest]:
    """What this clinician asked for, newest first."""
    found = _requests(only_open).filter(requester=requester)
    return list(found if person is None else found.filter(person=person))


def request(id: UUID, *, person: UUID) -> ContractRequest:  # noqa: A002
    """One request of this person. Raises UnknownRequest."""
    found = ContractRequest.objects.filter(id=id, person=person).first()
    if found is None:
        raise UnknownRequest("There is no request with that id for this record.")
    return found


def message_of(request: ContractRequest) -> str:
    """What the clinician wrote to the patient. In the tenant's scope."""
    return open_text(request.person, "request-message", request.id, request.message)


def _requests(only_open: bool) -> QuerySet[ContractRequest]:
    found = ContractRequest.objects.order_by("-made_at", "-id")
    return found.filter(state=Answer.OPEN, ends__gt=Now()) if only_open else found
