"""How `./sw test` finds a Chromium, and what happens when there is none."""

import pytest

from tools.sw import testing
from tools.sw.progress import Failure


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser, nothing that could install one."""
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(testing, "playwright_chromium", lambda: "")


def test_given_browser_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/chrome/chrome")
    assert testing.installed_chromium() == "/opt/chrome/chrome"


@pytest.mark.usefixtures("bare_machine")
def test_without_browser_page_tests_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SW_REQUIRE_BROWSER", raising=False)
    assert testing.chromium() == ""


@pytest.mark.usefixtures("bare_machine")
def test_required_browser_that_cannot_be_had_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SW_REQUIRE_BROWSER", "1")
    with pytest.raises(Failure, match="no Chromium and SW_REQUIRE_BROWSER=1"):
        testing.chromium()
