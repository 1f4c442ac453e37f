"""Accounts and processes of the operating system: who may pass where, and whether a process still runs."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.node.errors import NodeError


@dataclass(frozen=True)
class Account:
    """An account of the operating system."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


def unprivileged() -> Account:
    """An account that is there to have no rights; for root, whom PostgreSQL refuses."""
    for name in ("postgres", "_postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NodeError(
        "PostgreSQL does not run as root, and there is no account `postgres` or `nobody`. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def passable(folder: Path, account: Account) -> bool:
    """Whether `account` may pass through `folder` and all its parents, by their mode bits."""
    return all(_may_enter(parent, account) for parent in (folder, *folder.parents) if parent.exists())


def _may_enter(folder: Path, account: Account) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def run_as(account: Account | None) -> dict[str, Any]:
    """Arguments for `subprocess` that make a child run as `account`; None: as ourselves."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def command_line(pid: int) -> str:
    """The command line of a process; empty for a zombie or for none (a slim container has no `ps`)."""
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).replace("\0", " ")
        except OSError:
            return ""
    shown = subprocess.run(
        ["ps", "-o", "stat=,args=", "-ww", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "" if shown.stdout.startswith("Z") else shown.stdout
