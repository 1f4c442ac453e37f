"""What a machine lacks is skipped loudly, and is a failure where everything must be tested."""

import pytest
from _pytest.outcomes import Failed, Skipped

from tests import needs


@pytest.mark.parametrize(("ci", "outcome"), [(False, Skipped), (True, Failed)])
def test_a_missing_need_skips_at_home_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: bool, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(needs, "CI", ci)
    with pytest.raises(outcome, match="no Chromium"):
        needs.need(None, "there is no Chromium")


def test_what_is_there_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "CI", True)
    needs.need("/usr/bin/chromium", "there is no Chromium")
