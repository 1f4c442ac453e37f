"""Importing FHIR bundles: what is new becomes a version, sealed, indexed and in the ledger; the rest is left alone."""

from portal.records.importing.files import files_of, import_bundles, import_content
from portal.records.importing.report import Report

__all__ = ["Report", "files_of", "import_bundles", "import_content"]
