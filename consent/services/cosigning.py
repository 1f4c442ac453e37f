"""The second signature, of a guardian or co-guardian whom the contract names: put under it, or declined."""

from uuid import UUID

from consent.errors import ContractNotWaiting, SignatureRefused, UnknownContract
from consent.models import Contract, State
from consent.services.contracts import activate, check_standing, end, enter, signed
from consent.services.order import change_of, clock
from consent.services.signature_rules import require_kind
from consent.signature import Signature, check_signer
from ledger.scope import current_tenant


def cosign(*, contract: UUID, signature: Signature, cosigner: UUID) -> Contract:
    """Put the second signature under a contract that waits for this signer's; it comes into force.

    A passkey signs by `services.challenge` and `services.sign`, as the first signature does. Raises UnknownContract,
    ContractNotWaiting, ContractEnded, SignatureRefused, SignatureTooWeak.
    """
    found = _waiting(contract, cosigner)
    check_signer(signature, grantor=cosigner)
    return put_second(found, signature)


def decline_cosignature(*, contract: UUID, cosigner: UUID) -> Contract:
    """Refuse the second signature: the contract ends, having permitted nothing. Raises as `cosign` does."""
    found = _waiting(contract, cosigner)
    now = change_of(found.person)
    _still_waiting(found)
    return end(found, State.REVOKED, actor=cosigner, now=now, why="second signature declined")


def put_second(contract: Contract, signature: Signature) -> Contract:
    """The signature was checked; takes the person's lock, where it is not held yet."""
    if signature.by == contract.grantor:
        raise SignatureRefused("A second signature is that of somebody else than the first.")
    require_kind(signature.kind)
    now = change_of(contract.person)
    _still_waiting(contract)
    contract.cosigned_at, contract.cosignature_kind = now, signature.kind
    contract.cosignature_evidence = dict(signature.evidence)
    contract.save(update_fields=["cosigned_at", "cosignature_kind", "cosignature_evidence"])
    enter("contract.cosigned", contract, actor=signature.by, inputs=signed(contract, signature))
    activate(contract, now)
    return contract


def _waiting(contract: UUID, cosigner: UUID) -> Contract:
    found = Contract.objects.filter(tenant_id=current_tenant(), id=contract).first()
    if found is None or found.terms.get("cosigner") != str(cosigner):
        raise UnknownContract("There is no contract with that id that waits for your signature.")
    return found


def _still_waiting(contract: Contract) -> None:
    """The caller holds the person's lock."""
    contract.refresh_from_db()
    check_standing(contract, clock())
    if contract.state != State.SIGNED:
        raise ContractNotWaiting("This contract does not wait for a second signature.")
