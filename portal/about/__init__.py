"""Pages that are about this portal and nobody's record: how it protects, and how it looks."""
