"""Code as it is stored, checked once against its hash and then kept: content under its own hash never changes."""

from functools import lru_cache

from consent.base_variants import DEFAULT, VARIANTS, code_of
from consent.compiler import HASHED, code_hash
from consent.errors import CodeRefused
from consent.models import Contract
from consent.policy_sets import Code
from consent.terms import Terms, from_json
from ledger.scope import current_tenant


@lru_cache(maxsize=16384)
def contract_code(expected: str) -> tuple[Code, Terms, str]:
    """Code, terms and sentence of a contract by its hash, from the tenant in scope. Raises CodeRefused."""
    document = Contract.objects.filter(tenant_id=current_tenant(), code_hash=expected).values(*HASHED).first()
    if document is None or code_hash(document) != expected:
        raise CodeRefused("The code of a contract is not what was signed, so nothing is decided by it.")
    return Code(expected, document["cedar"]), from_json(document["terms"]), document["sentence"]


@lru_cache(maxsize=1024)
def base_code(expected: str | None) -> Code:
    """Code of a base policy by its hash, of the variants alone; None is the default. Raises CodeRefused."""
    if expected is None:
        return code_of(DEFAULT)
    for variant in VARIANTS:
        code = code_of(variant)
        if code.hash == expected:
            return code
    raise CodeRefused("The base policy is not one of those that can be set, so nothing is decided by it.")
