"""C-CDA documents: kept byte for byte for the patient whom they surely mean, or refused with a reason."""

import base64
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ledger.scope import tenant_scope
from portal.records import services
from portal.records.ccda.errors import DocumentRefused
from portal.records.ccda.receiving import take_document
from portal.records.ccda.xml import LARGEST
from portal.records.verifying import verify_records
from tests.cast import BORN, MRN, PATIENT, Cast

DOCUMENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <id root="2.16.840.1.113883.19.5" extension="doc-1"/>
  <code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Summarization of Episode Note"/>
  <title>Continuity of <!-- so it is --> Care</title>
  <effectiveTime value="20260301101500+0100"/>
  <confidentialityCode code="N"/>
  <recordTarget><patientRole>
    <id root="2.16.840.1.113883.19.7" extension="other-7"/>
    <id root="2.16.840.1.113883.19.6" extension="{MRN}"/>
    <patient>
      <name><given>Amara</given><given>Test</given><family>Lindgren</family></name>
      <administrativeGenderCode code="F"/>
      <birthTime value="{BORN.replace("-", "")}"/>
    </patient>
  </patientRole></recordTarget>
  <author><assignedAuthor><assignedPerson><name><given>Adam</given><family>Every</family></name></assignedPerson>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization><name>Good Health</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <documentationOf><serviceEvent><effectiveTime><low value="2025"/><high value="20260301"/></effectiveTime>
  </serviceEvent></documentationOf>
  <component><structuredBody><component><section><title>Problems</title><text>Diabetes, 1.50</text></section>
  </component></structuredBody></component>
</ClinicalDocument>
"""


def take(cast: Cast, document: str | bytes = DOCUMENT) -> Any:
    content = document.encode() if isinstance(document, str) else document
    return take_document(tenant=cast.hospital.id, content=content)


def found(cast: Cast, kind: str) -> list[dict[str, Any]]:
    search = services.search(
        caller=cast.amara, tenant=cast.hospital.id, type=kind, params={"patient": [PATIENT]}
    )
    return [dict(one.resource) for one in search.records]


def test_it_is_kept_byte_for_byte_and_described(cast: Cast) -> None:
    assert take(cast).created == 2
    (described,) = found(cast, "DocumentReference")
    assert described["type"]["coding"][0] == {
        "system": "http://loinc.org",
        "code": "34133-9",
        "display": "Summarization of Episode Note",
    }
    assert described["masterIdentifier"]["value"] == "urn:oid:2.16.840.1.113883.19.5^doc-1"
    assert (described["date"], described["description"]) == (
        "2026-03-01T10:15:00+01:00",
        "Continuity of Care",
    )
    assert (described["author"], described["custodian"]) == (
        [{"display": "Adam Every"}],
        {"display": "Good Health"},
    )
    assert described["context"]["period"] == {"start": "2025", "end": "2026-03-01"}
    file = described["content"][0]["attachment"]
    assert (file["contentType"], file["size"]) == ("application/xml", len(DOCUMENT.encode()))
    kind, _, key = file["url"].partition("/")
    kept = services.read(caller=cast.amara, tenant=cast.hospital.id, type=kind, id=key).record
    assert base64.b64decode(kept.resource["data"]) == DOCUMENT.encode()
    assert b"".join(services.document_of(kept, tenant=cast.hospital.id).pieces) == DOCUMENT.encode()
    with tenant_scope(cast.hospital.id):
        assert not list(verify_records(cast.hospital.id))


def test_twice_is_once(cast: Cast) -> None:
    take(cast)
    again = take(cast)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_what_it_says_of_confidentiality_becomes_a_label(cast: Cast) -> None:
    take(cast, DOCUMENT.replace('confidentialityCode code="N"', 'confidentialityCode code="R"'))
    search = services.search(
        caller=cast.amara, tenant=cast.hospital.id, type="DocumentReference", params={"patient": [PATIENT]}
    )
    assert [one.labels for one in search.records] == [("R",)]


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "somebody else's birth date": (DOCUMENT.replace(BORN.replace("-", ""), "19790305"), "No patient here"),
    "somebody else's name": (DOCUMENT.replace("Lindgren", "Okri"), "No patient here"),
    "another gender": (DOCUMENT.replace('Code code="F"', 'Code code="M"'), "No patient here"),
    "nobody's number": (DOCUMENT.replace(MRN, "SM-77"), "No patient here"),
    "another patient's number": (
        DOCUMENT.replace(f'extension="{MRN}"', 'extension="SM-2"'),
        "No patient here",
    ),
    "no birth date": (DOCUMENT.replace("birthTime", "deathTime"), "no birth date"),
    "no patient": (DOCUMENT.replace("recordTarget", "participant"), "not about one patient"),
    "no id": (DOCUMENT.replace('<id root="2.16.840.1.113883.19.5" extension="doc-1"/>', ""), "no id"),
    "another root": (DOCUMENT.replace("ClinicalDocument", "Bundle"), "no clinical document"),
    "another name space": (DOCUMENT.replace("urn:hl7-org:v3", "urn:other"), "no clinical document"),
    "no XML": ("MSH|^~", "no well-formed XML"),
    "half of it": (DOCUMENT[:900], "no well-formed XML"),
    "a bomb": (DOCUMENT.replace(HEAD, HEAD + BOMB).replace("Continuity", "&c;"), "document type"),
    "a file of the server": (
        DOCUMENT.replace(HEAD, HEAD + OUTSIDE).replace("Continuity", "&a;"),
        "document type",
    ),
    "an entity of nobody": (DOCUMENT.replace("Continuity", "&nobody;"), "no well-formed XML"),
    "depth": ("<a>" * 200 + "</a>" * 200, "nested deeper"),
    "size": (b" " * (LARGEST + 1), "larger than"),
    "an unknown encoding": (DOCUMENT.replace("UTF-8", "UTF-77"), "XML|encoding"),
    "bytes that are no UTF-8": (DOCUMENT.encode().replace(b"Continuity", b"\xff\xfe"), "no well-formed XML"),
}


@pytest.mark.parametrize(("document", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_surely_hers_or_no_document_is_refused(
    cast: Cast, document: str | bytes, reason: str
) -> None:
    with pytest.raises(DocumentRefused, match=reason):
        take(cast, document)
    assert found(cast, "DocumentReference") == []


def test_the_command_names_what_it_refuses_and_takes_the_rest(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "good.xml").write_text(DOCUMENT)
    (tmp_path / "bad.xml").write_text(DOCUMENT.replace(MRN, "SM-77"))
    said, errors = StringIO(), StringIO()
    files = [str(tmp_path / name) for name in ("bad.xml", "good.xml", "none.xml")]
    with pytest.raises(CommandError):
        call_command("import_ccda", *files, tenant=cast.hospital.slug, stdout=said, stderr=errors)
    assert said.getvalue().strip() == "1 documents stored, 2 refused."
    assert "bad.xml: No patient here" in errors.getvalue()
    assert "none.xml: cannot be read" in errors.getvalue()
    assert len(found(cast, "DocumentReference")) == 1
