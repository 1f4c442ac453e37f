"""The accounting of disclosures (45 CFR 164.528): to whom a person's records were given, from the ledger."""
