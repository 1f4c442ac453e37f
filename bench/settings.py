"""The node as it is, on a database of its own, with one view more: the plain read that ours is held against."""

from portal.settings import *
from portal.settings import DATABASES, VAR_DIR

for _database in DATABASES.values():
    _database["NAME"] = "assent_bench"

ASSENT_SIGNER_DIR = VAR_DIR / "bench" / "signer"
ROOT_URLCONF = "bench.urls"

DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 30}
# What is measured calls more often than anybody.
ASSENT_CALLS_PER_MINUTE = ASSENT_WRONG_TOKENS_PER_MINUTE = 0
