"""From FHIR resources to the lines, figures and charts that people read. Pure: no database, no decision."""
