"""Patterns worth a look: who opened many records in an hour, at night, of a namesake. No record is opened for it."""
