"""What was in force when, rebuilt from the log alone: contracts by the person's epoch, base policies by their order.

Pure. Whoever reads the log gives each life-cycle entry once, in the order of the log. A decision names the epoch that
it was made in; what had come into force by then, and had not gone out again, is what it rested on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from consent import signing_keys
from consent.base_variants import DEFAULT, code_of
from consent.compiler import HASHED, code_hash
from consent.emergency_rule import EMERGENCY as EMERGENCY_RULE
from consent.errors import ConsentError, SignatureRefused
from consent.fhir.compiling import COMPILER as FHIR_COMPILER
from consent.policy_sets import Code, standing_code
from consent.refusals import of_emergencies
from consent.signature import Signed, verify
from ledger.errors import FormatError

CONTRACT = (
    "contract.proposed",
    "contract.signed",
    "contract.cosigned",
    "contract.activated",
    "contract.suspended",
    "contract.superseded",
    "contract.revoked",
    "contract.expired",
)
EMERGENCY = ("access.emergency", "emergency.ended")
POLICY = ("policy.changed",)
RESTRICTION = ("restriction.placed", "restriction.lifted")
LIFE = (*CONTRACT, *EMERGENCY, *POLICY, *RESTRICTION, *signing_keys.TYPES)
ACTIVE = "active"
SESSION = ("clinician", "organisation", "starts", "ends", "of_day", "of_month")
"""What an entry says of an emergency session that a decision rests on."""


@dataclass(frozen=True)
class Told:
    """What a life-cycle entry says; `audit` and `inputs` None where they cannot be opened any more."""

    index: int
    type: str
    subject: str | None
    audit: Mapping[str, Any] | None
    inputs: Mapping[str, Any] | None


@dataclass
class _Contract:
    """`code` None: nobody can say any more what it was. `fault`: why it should never have been in force. `untold`: a
    passkey signed it that no entry had told of."""

    hash: str
    code: Code | None = None
    signed: bool = False
    cosigner: str = ""
    cosigned: bool = False
    fault: str = ""
    untold: bool = False
    changes: list[tuple[int, bool]] = field(default_factory=list)

    def active(self, epoch: int) -> bool:
        """Whether it was in force in that epoch."""
        said = [active for at, active in self.changes if at <= epoch]
        return bool(said) and said[-1]


@dataclass
class _Session:
    said: Mapping[str, str]
    opened: int
    ended: int | None = None


@dataclass
class _Restriction:
    """`code` None: the log does not say what was restricted."""

    code: Code | None
    placed: int
    lifted: int | None = None

    def active(self, epoch: int) -> bool:
        return self.placed <= epoch and (self.lifted is None or epoch < self.lifted)


@dataclass
class _Person:
    """`epoch`: the last one that the log told of. `holes`: some of her entries cannot be opened."""

    contracts: dict[str, _Contract] = field(default_factory=dict)
    sessions: dict[str, _Session] = field(default_factory=dict)
    restrictions: dict[str, _Restriction] = field(default_factory=dict)
    epoch: int = 0
    holes: bool = False


@dataclass(frozen=True)
class Past:
    """The contracts and restrictions that were in force in one epoch. `lost`: of some contracts the code cannot be read
    any more. `untold`: whose signer is not known by the log alone."""

    codes: Mapping[str, Code]
    restrictions: Mapping[str, Code]
    faults: Mapping[str, str]
    lost: frozenset[str]
    untold: frozenset[str]
    known: bool
    holes: bool


class History:
    """Grows with the log. `log`: its origin, to which signatures are bound."""

    def __init__(self, log: str) -> None:
        self._log = log
        self._people: dict[str, _Person] = {}
        self._keys = signing_keys.SigningKeys()
        self._past: dict[tuple[str, int], Past] = {}
        self.base: Code | None = code_of(DEFAULT)
        self.emergency: Code | None = EMERGENCY_RULE

    def take(self, told: Told) -> None:
        """One life-cycle entry more. An access under emergency, which has the type of its opening, says nothing."""
        if told.type in POLICY:
            self._set_policy(told)
        elif told.type in signing_keys.TYPES:
            self._keys.take(told.type, told.audit or {})
        elif told.subject is None:
            return
        elif told.audit is None:
            self._person(told.subject).holes = True
        elif told.type in CONTRACT and "contract" in told.audit:
            self._change_contract(told, self._person(told.subject), told.audit)
        elif told.type in EMERGENCY and "session" in told.audit:
            self._change_session(told, self._person(told.subject), told.audit)
        elif told.type in RESTRICTION and "restriction" in told.audit:
            self._change_restriction(told, self._person(told.subject), told.audit)

    def past(self, subject: str, epoch: int) -> Past:
        """What was in force for this person in that epoch."""
        person = self._person(subject)
        key = (subject, epoch)
        if person.holes or key not in self._past:
            self._past[key] = _past(person, epoch)
        return self._past[key]

    def had_session(self, subject: str, epoch: int, said: Mapping[str, str]) -> bool:
        """Whether an emergency session with this clinician, organisation and period was open in that epoch."""
        sessions = self._person(subject).sessions.values()
        return any(
            one.said == said and one.opened <= epoch and (one.ended is None or epoch < one.ended)
            for one in sessions
        )

    def has_holes(self, subject: str) -> bool:
        return self._person(subject).holes

    def _person(self, subject: str) -> _Person:
        return self._people.setdefault(subject, _Person())

    def _set_policy(self, told: Told) -> None:
        """A policy whose text cannot be read is unknown from then on; one that cannot be opened may be either."""
        cedar = (told.inputs or {}).get("cedar")
        policy = told.audit.get("policy") if told.audit is not None else None
        if policy == "base" or told.audit is None:
            self.base = standing_code("base", cedar) if isinstance(cedar, str) and policy else None
        if policy == "emergency" or told.audit is None:
            self.emergency = standing_code("emergency", cedar) if isinstance(cedar, str) and policy else None

    def _change_contract(self, told: Told, person: _Person, audit: Mapping[str, Any]) -> None:
        key, inputs = str(audit["contract"]), told.inputs or {}
        contract = person.contracts.setdefault(key, _Contract(str(audit.get("code_hash"))))
        if contract.hash != audit.get("code_hash"):
            contract.fault = "its code hash changed during its life"
        if told.type == "contract.proposed":
            _propose(contract, inputs)
        elif told.type == "contract.signed":
            contract.signed = self._holds(contract, key, inputs)
        elif told.type == "contract.cosigned":
            contract.cosigned = self._holds(contract, key, inputs)
        if "epoch" in inputs:
            self._at(person, inputs["epoch"])
            contract.changes.append((inputs["epoch"], audit.get("state") == ACTIVE))
        elif told.inputs is None:
            person.holes = True

    def _holds(self, contract: _Contract, key: str, inputs: Mapping[str, Any]) -> bool:
        if inputs.get("code_hash") != contract.hash:
            contract.fault = "another code was signed than the one that was proposed"
            return False
        about = Signed(contract=key, code_hash=contract.hash, log=self._log)
        try:
            verify(inputs.get("signature", {}), about)
            told = self._keys.check(inputs["signature"], inputs.get("by"))
        except SignatureRefused as error:
            contract.fault = f"its signature does not hold: {error}"
            return False
        contract.untold = contract.untold or not told
        return True

    def _change_session(self, told: Told, person: _Person, audit: Mapping[str, Any]) -> None:
        key, epoch = str(audit["session"]), (told.inputs or {}).get("epoch")
        if epoch is None:
            return
        self._at(person, epoch)
        if told.type == "emergency.ended":
            if key in person.sessions:
                person.sessions[key].ended = epoch
            return
        person.sessions[key] = _Session({name: str(audit.get(name)) for name in SESSION}, epoch)

    def _change_restriction(self, told: Told, person: _Person, audit: Mapping[str, Any]) -> None:
        key, inputs = str(audit["restriction"]), told.inputs or {}
        epoch, cedar = inputs.get("epoch"), inputs.get("cedar")
        if epoch is None:
            person.holes = person.holes or told.inputs is None
            return
        self._at(person, epoch)
        if told.type == "restriction.lifted":
            if key in person.restrictions:
                person.restrictions[key].lifted = epoch
            return
        code = standing_code("law", cedar) if isinstance(cedar, str) else None
        person.restrictions[key] = _Restriction(code, epoch)

    def _at(self, person: _Person, epoch: int) -> None:
        person.epoch = max(person.epoch, epoch)


def _propose(contract: _Contract, inputs: Mapping[str, Any]) -> None:
    """The code, if the log still says what was proposed, and its hash is the one that everything else names."""
    if any(name not in inputs for name in HASHED):
        return
    document = {name: inputs[name] for name in HASHED}
    try:
        found = code_hash(document)
    except FormatError:
        found = ""
    if found != contract.hash:
        contract.fault = "its code is not what its hash says"
    fhir = document["compiler"] == FHIR_COMPILER
    terms = document["terms"]
    try:
        refusing = of_emergencies(contract.hash, terms)
    except (ConsentError, KeyError, TypeError):
        refusing, contract.fault = (), "its terms are none"
    contract.code = Code(contract.hash, str(document["cedar"]), fhir=fhir, refusing=refusing)
    contract.cosigner = str(terms.get("cosigner") or "") if isinstance(terms, Mapping) else ""


def _past(person: _Person, epoch: int) -> Past:
    found = [contract for contract in person.contracts.values() if contract.active(epoch)]
    faults = {
        one.hash: one.fault or "not all signed it who had to"
        for one in found
        if one.fault or (one.code is not None and not (one.signed and (one.cosigned or not one.cosigner)))
    }
    whole = {one.hash: one.code for one in found if one.code is not None and one.hash not in faults}
    restrictions = [one.code for one in person.restrictions.values() if one.active(epoch) and one.code]
    return Past(
        restrictions={code.hash: code for code in restrictions},
        codes={key: whole[key] for key in sorted(whole)},
        faults=faults,
        lost=frozenset(one.hash for one in found if one.code is None),
        untold=frozenset(one.hash for one in found if one.untold),
        known=epoch <= person.epoch,
        holes=person.holes,
    )
