"""The pages of patients, a module a subject. Each view makes its domain call and hands plain values to its template."""
