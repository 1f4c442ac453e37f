"""Where the node keeps its things and how much of the world it may trust; read from the environment.

Without DATABASE_URL the node is LOCAL: embedded PostgreSQL under `var/`, loopback, plain HTTP, keys made on
first use. As soon as DATABASE_URL is set, nothing insecure has a default (portal.node.checks).
"""

import secrets
from pathlib import Path

import django_stubs_ext
import environ

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()  # type: ignore[no-untyped-call]

VAR_DIR = Path(env.str("ASSENT_VAR", default=str(BASE_DIR / "var")))
LOCAL = not env.str("DATABASE_URL", default="")
DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
ASSENT_HOST = env.str("ASSENT_HOST", default="127.0.0.1")
# Whether a proxy that we run ends TLS, and says itself for whom (X-Forwarded-For) and how (X-Forwarded-Proto).
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
ASSENT_WEB_PROCESSES = env.int("ASSENT_WEB_PROCESSES", default=1)


def _local_secret(name: str) -> str:
    """A secret of this installation, made once under `var/` and readable by its owner only."""
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="") or (_local_secret("secret.key") if LOCAL else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])

# What a Prometheus server shows to read /metrics. Without one only a local node answers, and only to its own machine.
ASSENT_METRICS_TOKEN = env.str("ASSENT_METRICS_TOKEN", default="")

# The schema-less URL prefix under which this node's logs are named for ever (C2SP tlog-checkpoint, origin).
ASSENT_LOG_ORIGIN_PREFIX = env.str("ASSENT_LOG_ORIGIN_PREFIX", default="localhost/log/" if LOCAL else "")
# The name of this node's key as a witness of logs (C2SP tlog-witness).
ASSENT_WITNESS_NAME = env.str(
    "ASSENT_WITNESS_NAME", default=f"{ASSENT_LOG_ORIGIN_PREFIX.partition('/')[0]}/witness"
)
# The key that wraps all others, and the last checkpoints that this node signed: both outside the database.
ASSENT_NODE_KEY_FILE = Path(env.str("ASSENT_NODE_KEY_FILE", default=str(VAR_DIR / "node.key")))
# The erasure generations: outside the database, and kept only as they are now (ledger/vault/generations.py).
ASSENT_ERASURE_FILE = Path(env.str("ASSENT_ERASURE_FILE", default=str(VAR_DIR / "erasure.generations")))
# For how many days backups of the database are kept: generations that only they need live so long.
ASSENT_BACKUP_DAYS = env.int("ASSENT_BACKUP_DAYS", default=35)
# Seconds for which an entry may wait for its index before its log takes no more (0: for ever).
ASSENT_LONGEST_WAIT = env.int("ASSENT_LONGEST_WAIT", default=900)
ASSENT_SIGNER_DIR = Path(env.str("ASSENT_SIGNER_DIR", default=str(VAR_DIR / "signer")))
# Up to where `verify_ledger` found each log whole; outside the database, too.
ASSENT_VERIFIED_DIR = Path(env.str("ASSENT_VERIFIED_DIR", default=str(VAR_DIR / "verified")))
