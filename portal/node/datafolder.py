"""Makes the folders of the embedded server and, once, its data."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from portal.node.account import run_as
from portal.node.binaries import binaries
from portal.node.errors import ServerFailed, UnusableFolder
from portal.node.location import Location

# Only the socket folder's owner and root pass, so the socket itself asks nothing; nothing comes over TCP.
AUTHENTICATION = ["--auth-local=trust", "--auth-host=reject", "-U", "postgres"]
LOCALE = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"]


def prepare(location: Location, var: Path) -> None:
    """Make what is missing. Data are made beside their place, so that a killed initdb leaves none."""
    if not location.home.exists():
        location.home.mkdir(mode=0o755)
        location.home.chmod(0o755)
        sys.stderr.write(f"The database goes to {location.home}: its account cannot reach {var}.\n")
    location.own_folder(location.socket)
    if not location.data.exists():
        for half_made in location.home.glob("initdb.*"):
            shutil.rmtree(half_made)
        draft = location.home / f"initdb.{os.getpid()}"
        location.own_folder(draft)
        _initdb(location, draft)
        draft.rename(location.data)
    location.own_folder(location.data)


def environment(location: Location) -> dict[str, str]:
    """The environment of PostgreSQL's programs: nobody's locale and time zone."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", "HOME": str(location.home)}


def _initdb(location: Location, folder: Path) -> None:
    program = str(binaries(location) / "initdb")
    try:
        made = subprocess.run(
            [program, "-D", str(folder), "--no-instructions", *AUTHENTICATION, *LOCALE],
            cwd="/",
            env=environment(location),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **run_as(location.account),
        )
    except PermissionError as error:
        raise UnusableFolder(f"initdb cannot be run as the server's account: {error}.") from None
    if made.returncode:
        raise ServerFailed(f"initdb failed: {made.stderr.strip()}")
