"""A FHIR R4 Consent from elsewhere becomes a contract: stored as what of it decides, signed, and in force here."""

from uuid import UUID

from consent.errors import PeriodError
from consent.fhir.adopted import Resolve, adopt
from consent.models import CONSENT, Contract, State
from consent.services.contracts import enter, put_in_force
from consent.services.order import change_of
from consent.signature import Signature, check_signer
from ledger.scope import current_tenant


def adopt_fhir_consent(
    *, person: UUID, grantor: UUID, resource: object, signature: Signature, place: str, resolve: Resolve
) -> Contract:
    """Put a Consent (parsed JSON) in force for this person at the custodian in scope, whose name is `place`.

    It decides on the layer of the contracts, where a deny wins; everything that a contract can become, it can.
    `grantor` is the user who brings and signs it: the patient, or who may act for her; the caller has checked that.
    `resolve` gives our reference and the name of each party that it names. Raises ConsentNotRead and its kin,
    SignatureRefused, PeriodError.
    """
    tenant = current_tenant()
    check_signer(signature, grantor=grantor)
    code = adopt(resource, person=person, custodian=tenant, place=place, resolve=resolve)
    now = change_of(person)
    if code.adopted.ends <= now:
        raise PeriodError("The consent is over already, so it would share nothing. It was not stored.")
    contract = Contract(
        tenant_id=tenant,
        person=person,
        grantor=grantor,
        code_hash=code.code_hash,
        grantee_kind=CONSENT,
        grantee=person,
        starts=code.adopted.starts,
        ends=code.adopted.ends,
        proposed_at=now,
        state=State.PROPOSED,
        **code.document,
    )
    contract.save(force_insert=True)
    enter("contract.proposed", contract, actor=grantor, inputs=dict(code.document))
    put_in_force(contract, signature, now)
    return contract
