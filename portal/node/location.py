"""Where the embedded PostgreSQL keeps its data and its socket, and under which account it runs.

PostgreSQL refuses to run as root, so for root an existing unprivileged account runs it. Parents are never made
more open for that account: where it cannot pass, data and programs go to a folder of their own.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from portal.node.account import Account, passable, unprivileged
from portal.node.errors import UnusableFolder

PORT = 5432  # names the socket file only; nothing listens on TCP
LONGEST_SOCKET = 100  # sun_path holds 104 bytes on macOS, 108 on Linux
ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - checked by own_folder
SHORT = Path("/tmp")  # noqa: S108 - checked by own_folder; not $TMPDIR, which differs between users of one server


@dataclass(frozen=True)
class Location:
    """The folders of one embedded server. `account` is None when it runs as ourselves."""

    root: Path  # locks and the server's log, always under var
    home: Path  # data (and copied programs): `root`, unless the account cannot reach it
    socket: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket_file(self) -> Path:
        return self.socket / f".s.PGSQL.{PORT}"

    def own_folder(self, folder: Path) -> None:
        """Make `folder`, private to the server's account; refuse one that another account prepared."""
        owner = self.account or Account(os.geteuid(), os.getegid())
        try:
            folder.mkdir(mode=0o700)
            if self.account:
                os.chown(folder, owner.uid, owner.gid)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid or found.st_mode & 0o022:
                raise UnusableFolder(
                    f"{folder} is not a private folder of account {owner.name}. "
                    "Run as the account that made it, or remove it."
                ) from None


def embedded_location(var: Path) -> Location:
    """Where the embedded server of this `var` folder lives. Changes nothing on disk."""
    root = Path(os.path.realpath(var)) / "postgres"
    key = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    account = _account(root, key)
    home = _home(root, key, account)
    socket = home / "socket"
    if len(os.fsencode(socket)) + len(f"/.s.PGSQL.{PORT}") > LONGEST_SOCKET:
        socket = SHORT / f"assent-{account.uid if account else os.geteuid()}-{key}"
    return Location(root, home, socket, account)


def _account(root: Path, key: str) -> Account | None:
    if os.geteuid() != 0:
        return None
    for data in (root / "data", *(parent / f"assent-{key}" / "data" for parent in ELSEWHERE)):
        if data.is_dir() and (found := data.stat()).st_uid != 0:
            return Account(found.st_uid, found.st_gid)
    return unprivileged()


def _home(root: Path, key: str, account: Account | None) -> Path:
    if account is None or (root / "data").exists():
        return root
    others = [parent / f"assent-{key}" for parent in ELSEWHERE if os.access(parent, os.W_OK)]
    for other in others:
        if (other / "data").exists():
            return other
    if passable(root.parent, account):
        return root
    return next((other for other in others if passable(other.parent, account)), root)
