"""`python -m tests.chromium`: find a Chromium that starts, or install one."""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error, sync_playwright

from tests.needs import CI, FOUND, installed_chromium


def starts(path: str | None) -> bool:
    """Whether this Chromium (None: Playwright's own) opens a page here."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=path, args=arguments).close()
    except Error:
        return False
    return True


def download() -> bool:
    """Playwright's own Chromium; it lacks system libraries on a bare machine."""
    sys.stdout.write("Downloading a Chromium for the browser tests ...\n")
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return done.returncode == 0 and starts(None)


def install() -> bool:
    """Debian's package, where we may install it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "chromium"]):
        if subprocess.run(["apt-get", *step], env=environment, check=False).returncode:
            return False
    return starts(installed_chromium())


def main() -> None:
    if FOUND.exists() and starts(installed_chromium()):
        return
    FOUND.parent.mkdir(exist_ok=True)
    FOUND.unlink(missing_ok=True)
    path = installed_chromium()
    if path and starts(path):
        FOUND.write_text(path)
    elif starts(None) or download():
        FOUND.write_text("")
    elif not install():
        sys.stderr.write(
            "No Chromium starts here: the browser tests are left out. Name one with CHROMIUM=...\n"
        )
        sys.exit(1 if CI else 0)


if __name__ == "__main__":
    main()
