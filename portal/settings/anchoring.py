"""Who dates the checkpoints of this node's logs (RFC 3161), and by which root certificates that is believed."""

from pathlib import Path

from portal.settings.environment import env

# URLs, comma-separated; none: nothing is dated. Roots: a PEM file with the root certificate of each authority.
ASSENT_TIMESTAMP_AUTHORITIES = env.list("ASSENT_TIMESTAMP_AUTHORITIES", default=[])
_roots = env.str("ASSENT_TIMESTAMP_ROOTS", default="")
ASSENT_TIMESTAMP_ROOTS = Path(_roots) if _roots else None
