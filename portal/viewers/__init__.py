"""The face of whoever holds a share code: no account, one session, of what the patient chose."""
