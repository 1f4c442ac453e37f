"""THE shared operations on records. Every face, command and test calls these, and nothing beside them.

Each takes the Caller that a face built, decides under the custodian's contracts, and leaves its entry in the ledger
before anything is shown or refused. Errors are those of `portal.records.errors`, `consent.errors`, `accounts.errors`.
"""

from portal.records.acting import (
    Acting,
    LookedAfter,
    acting_for,
    granted_for,
    looked_after,
    one_granted_for,
    stop_for,
)
from portal.records.audited import audited, wholly_audited
from portal.records.auditing import AuditEvents, audit_event_of, audit_events
from portal.records.birth_dates import born_on
from portal.records.bundles import Entry as BundleEntry
from portal.records.bundles import read_requests as read_bundle
from portal.records.changes import Warned, Written
from portal.records.changing import create, delete, delete_where, update, update_where, write_resource
from portal.records.charting import ALONE, Chart, Section, chart, charts, own_record, part
from portal.records.documents import Document, create_document, document_of
from portal.records.envelopes import check_entry
from portal.records.everything import everything
from portal.records.exports import (
    Exported,
    delete_export,
    export_is_under_notice,
    export_status,
    exported_lines,
    start_export,
)
from portal.records.finding import find_patient
from portal.records.guardians import Guardian, guardians_of
from portal.records.history import (
    ACCESS_TYPES,
    WRITE_TYPES,
    Access,
    access_of,
    accesses_of,
    opened_under,
    own_entry,
    who_has_seen,
    who_has_seen_mine,
)
from portal.records.importing import Report, import_bundles, import_content
from portal.records.json_patch import MEDIA_TYPE as PATCH_TYPE
from portal.records.json_patch import carried as carried_patch
from portal.records.lineage import Lineage, lineage
from portal.records.majority import majority
from portal.records.namesakes import namesakes
from portal.records.naming import named_record
from portal.records.notifying import (
    may_still_be_told,
    may_still_know,
    subscribe_to_accesses,
    subscribe_to_changes,
    told_of,
)
from portal.records.onlookers import what_changes, who_could_see, who_could_see_each
from portal.records.opening import Record
from portal.records.outlines import Outline, own_outlines
from portal.records.patching import patch
from portal.records.patients import Patient, name_patients
from portal.records.preparing import Failure
from portal.records.previewing import Count, own_preview, preview
from portal.records.provenance import read_provenance
from portal.records.reach import Reach, is_open, reach
from portal.records.reading import Read, read
from portal.records.related import Related, Sharing, related, shared_until
from portal.records.result import SearchResult
from portal.records.searching import search
from portal.records.share_codes import Shared, end_shared, let_in, offer_code, one_shared, shared_by_code
from portal.records.storage import Extent
from portal.records.transactions import transact

__all__ = [
    "ACCESS_TYPES",
    "ALONE",
    "PATCH_TYPE",
    "WRITE_TYPES",
    "Access",
    "Acting",
    "AuditEvents",
    "BundleEntry",
    "Chart",
    "Count",
    "Document",
    "Exported",
    "Extent",
    "Failure",
    "Guardian",
    "Lineage",
    "LookedAfter",
    "Outline",
    "Patient",
    "Reach",
    "Read",
    "Record",
    "Related",
    "Report",
    "SearchResult",
    "Section",
    "Shared",
    "Sharing",
    "Warned",
    "Written",
    "access_of",
    "accesses_of",
    "acting_for",
    "audit_event_of",
    "audit_events",
    "audited",
    "born_on",
    "carried_patch",
    "chart",
    "charts",
    "check_entry",
    "create",
    "create_document",
    "delete",
    "delete_export",
    "delete_where",
    "document_of",
    "end_shared",
    "everything",
    "export_is_under_notice",
    "export_status",
    "exported_lines",
    "find_patient",
    "granted_for",
    "guardians_of",
    "import_bundles",
    "import_content",
    "is_open",
    "let_in",
    "lineage",
    "looked_after",
    "majority",
    "may_still_be_told",
    "may_still_know",
    "name_patients",
    "named_record",
    "namesakes",
    "offer_code",
    "one_granted_for",
    "one_shared",
    "opened_under",
    "own_entry",
    "own_outlines",
    "own_preview",
    "own_record",
    "part",
    "patch",
    "preview",
    "reach",
    "read",
    "read_bundle",
    "read_provenance",
    "related",
    "search",
    "shared_by_code",
    "shared_until",
    "start_export",
    "stop_for",
    "subscribe_to_accesses",
    "subscribe_to_changes",
    "told_of",
    "transact",
    "update",
    "update_where",
    "what_changes",
    "who_could_see",
    "who_could_see_each",
    "who_has_seen",
    "who_has_seen_mine",
    "wholly_audited",
    "write_resource",
]
