"""A scratch instance of the launcher: its own state folder, its own servers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.sw.places import Places, places


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A short folder that the servers' account may enter (pytest's own temporary folders are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="sw-t-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def here(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("SW_VAR", str(scratch / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return places()
