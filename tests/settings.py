"""The node's settings, on a database server and in a `var` folder that belong to the tests.

DATABASE_URL, where it is set, is the address of an administrator on a server for tests (it makes roles and
databases); otherwise the embedded server runs under `var/test`.
"""

import os
from pathlib import Path

SERVER_URL = os.environ.pop("DATABASE_URL", "") or os.environ.get("ASSENT_TEST_SERVER", "")
os.environ["ASSENT_TEST_SERVER"] = SERVER_URL
os.environ["ASSENT_VAR"] = os.environ.get("ASSENT_TEST_VAR") or str(
    Path(__file__).parent.parent / "var" / "test"
)
# Playwright runs an event loop in the test's own thread, where Django would refuse the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES, STATIC_ROOT, env  # noqa: E402

ROLE_PASSWORD = "of-tests-only"
for _alias in DATABASES.values():
    if SERVER_URL:
        _server = env.db_url_config(SERVER_URL)  # type: ignore[no-untyped-call]
        _alias["OPTIONS"].update(_server.get("OPTIONS", {}))
        _alias.update(HOST=_server["HOST"], PORT=_server["PORT"], PASSWORD=ROLE_PASSWORD)
        _alias["USER"] = _alias["USER"] if _alias["USER"].startswith("assent_") else "assent_app"
    _alias["NAME"] = os.environ.get("ASSENT_TEST_DATABASE", "assent_test_main")
if "pool" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}

# The embedded server for tests runs without fsync (tests/databases.py); a real sequencer refuses such a server.
ASSENT_NOT_DURABLE = not SERVER_URL

# Tests call more often than anybody, from one address; those of the limits set their own.
ASSENT_CALLS_PER_MINUTE = ASSENT_WRONG_TOKENS_PER_MINUTE = 0

# Argon2 as the node runs it costs 50 ms a password; these parameters only save time.
PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# WhiteNoise warns of a missing folder, and warnings are errors here.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# Most tests look for the entry of each refusal; that identical ones are counted is tested by itself.
ASSENT_DENIALS_WINDOW = 0
