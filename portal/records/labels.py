"""Which records are sensitive: a rule table of codes (FHIR Data Segmentation for Privacy). Pure.

The table is short and names what it knows: families of ICD-10-CM by prefix, and the SNOMED CT, RxNorm and LOINC
codes that general records use most. What it does not know stays unlabelled; a source that knows better says so in
`meta.security`, and people may raise labels. A record inherits the labels of the records that it gives as its
reason, because "naltrexone, for that condition" says what the condition says.

What stands in `meta.security` fails closed, for sources misspell systems or use their own:
- A word of our vocabulary (R, V, HIV, PSY, ...) counts under any system or none; N, M, L and U are no restriction.
- Any other code is kept as a label that nobody knows, which decisions treat as V and no contract can name. That
  holds for obligations and refrains of v3-ActCode too (NOREDIST): here, nothing would see to them.
- What is no word of at most 20 letters, digits, - and _, or has no code at all, becomes V.
- Two systems restrict nobody and are passed over: v3-ActReason (what data are for, and HTEST for test data) and
  v3-ObservationValue (integrity and alteration, such as HRELIABLE or PSEUDED). `meta.tag` is never looked at.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from consent.vocabulary import LEVELS, SENSITIVITIES
from portal.records.elements import objects

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10 = frozenset({"http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"})
UNRESTRICTING = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "http://hl7.org/fhir/v3/ActReason",  # as FHIR spelled them before R4
        "http://hl7.org/fhir/v3/ObservationValue",
        "urn:oid:2.16.840.1.113883.5.8",
        "urn:oid:2.16.840.1.113883.5.1063",
    }
)
STRICTEST = "V"
# A label is a column of that length, and stands in lists that commas part.
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,20}\Z")

_ICD10_PREFIXES: Mapping[str, str] = {
    "F10": "ETHUD", "F11": "OPIOIDUD", "F12": "ETH", "F13": "ETH", "F14": "ETH", "F15": "ETH", "F16": "ETH",
    "F18": "ETH", "F19": "ETH", "T40": "ETH", "Z71.41": "ETHUD", "Z71.51": "ETH", "K70": "ETHUD",
    "F2": "PSY", "F3": "PSY", "F4": "PSY", "F5": "PSY", "F60": "PSY", "F63": "PSY", "R45.85": "PSY",
    "X7": "PSY", "X80": "PSY", "X81": "PSY", "X82": "PSY", "X83": "PSY", "T14.91": "PSY", "Z91.5": "PSY",
    "B20": "HIV", "Z21": "HIV", "R75": "HIV", "O98.7": "HIV", "Z20.6": "HIV", "Z71.7": "HIV",
    "A50": "SEX", "A51": "SEX", "A52": "SEX", "A53": "SEX", "A54": "SEX", "A55": "SEX", "A56": "SEX",
    "A59": "SEX", "A60": "SEX", "A63": "SEX", "A64": "SEX", "Z33.2": "SEX", "O04": "SEX", "Z11.3": "SEX",
    "F52": "SEX", "F64": "SEX", "T74": "SDV", "T76": "SDV", "Y07": "SDV", "Z69": "SDV",
}  # fmt: skip

_CODES: Mapping[str, Mapping[str, str]] = {
    SNOMED: {
        "ETHUD": "7200002 15167005 66590003 228315001 713583005 160573003 25702006 420054005 361055000",
        "OPIOIDUD": "5602001 75544000 231477003 295124009 145121000119106 1217007000 788984003",
        "ETH": "6525002 191816009 26416006 44870007 361050005 55680006 110281001 56294008 65192002 385989002 "
        "266707007 171047005 429179009 50402002",
        "PSY": "35489007 370143000 36923009 15639000 73867007 191659001 58214004 13746004 47505003 197480006 "
        "21897009 371631005 69322001 72366004 78004001 231504006 74732009 225337009 44301001 82313006 304891004 "
        "183381005 75516001 228557008 108313002 385721005 702471009 192080009 406506008 395704004 112001000119100 "
        "66214007 55341008 191736004 17226007 40926005 386807006 80711002 247803002 6471000179103",
        "HIV": "86406008 62479008 165816005 19030005 48794007 91947003 91948008 111880001 313077009 31676001 "
        "171121004 402916007 79019005",
        "SEX": "15628003 76272004 240589008 8098009 10629003 8549006 33839006 23513009 8888004 16227691000119107 "
        "56335008 56415008 186946009 240542006 266113007 285637000 386639001 714812005 169826009 171128005 "
        "8715000 397803000",
        "SDV": "371772001 706893006 422608009 95922009 397940009 439989006 95935004 424660007 248104000 225826000",
    },
    LOINC: {
        "HIV": "7917-8 7918-6 24012-7 25835-0 20447-9 29893-5 5221-7 48345-3 56888-1 75622-1 75666-8 30361-0 "
        "24467-3 43009-0 68961-2 80387-4 89365-1",
        "PSY": "44249-1 44261-6 55757-9 55758-7 69737-5 70274-6 89204-2 93373-9 93267-3",
        "SEX": "24111-7 21415-5 36902-5 21613-5 43304-5 24110-9 20507-0 20508-8 22461-8 22587-0 5292-8 31147-2",
        "ETHUD": "75626-2 72109-2 74043-1 11286-2 5643-2 5640-8 68518-0 68519-8 68520-6",
        "OPIOIDUD": "19550-3 3879-4 18390-5 19295-5",
        "ETH": "82667-7 82666-9 3426-4 3398-5 19343-3 18282-4 77565-0 19055-3 3349-8 12286-1",
        "SDV": "76499-3 76500-8 76501-6 76502-4 95618-5",
    },
    RXNORM: {
        "OPIOIDUD": "1010600 1010604 1010606 1010608 1307056 1307061 864706 864714 864718 864761 351264 351265 "
        "351266 351267 1655032 1797655 6813 1819 203204",
        "ETHUD": "7243 3554 82819 1359022 835726 197622 197623 1483438 199450 313738",
        "PSY": "6448 2626 35636 61381 89013 115698 46303 5093 42351 41493 36437 4493 32937 2556 321988 39786 "
        "15996 704 7531 72625 2597 8123 311989 314200 312938 312940 312941 313990 2119365 596926 596930 309374",
        "HIV": "1486832 1486838 1744001 1999667 1999673 2047239 2374562 83816 85248 117466 190521 195085 300195 "
        "402246 1721603 1721613 1796077 276237 641 4126 199663 349477 602393 1433873 476556 1147334",
    },
}


def labels_of(resource: Mapping[str, Any]) -> frozenset[str]:
    """Sensitivity and confidentiality codes of a resource, by its own coding and by `meta.security`."""
    found = {label for system, code in _codings(resource) if (label := _by_code(system, code))}
    found.update(_stated(resource.get("meta", {}).get("security", ())))
    return frozenset(found)


def _stated(security: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the source itself says. Normal confidentiality is the absence of a label."""
    for coding in security:
        code = coding.get("code", "")
        if code in LEVELS or code in SENSITIVITIES:
            if LEVELS.get(code, LEVELS[STRICTEST]) > LEVELS["N"]:
                yield code
        elif coding.get("system") not in UNRESTRICTING:
            yield code if _LABEL.match(code) else STRICTEST


def _codings(value: Any) -> Iterator[tuple[str, str]]:
    """Every (system, code) anywhere in a resource."""
    for one in objects(value):
        code, system = one.get("code"), one.get("system")
        if isinstance(code, str) and isinstance(system, str):
            yield system, code


def _by_code(system: str, code: str) -> str:
    if system in ICD10:
        return _by_prefix(code)
    return _table().get((system, code), "")


@lru_cache(maxsize=4096)
def _by_prefix(code: str) -> str:
    """The label of the longest known prefix of an ICD-10 code."""
    for length in range(len(code), 1, -1):
        if label := _ICD10_PREFIXES.get(code[:length]):
            return label
    return ""


@cache
def _table() -> dict[tuple[str, str], str]:
    return {
        (system, code): label
        for system, by_label in _CODES.items()
        for label, codes in by_label.items()
        for code in codes.split()
    }
