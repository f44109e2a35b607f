"""What PDFs need: a machine without Pango or fonts goes on and says so once; fonts are cut by one process."""

import os
from pathlib import Path
from typing import Any

import pytest

from tools import fonts
from tools.sw import typesetting


def test_without_pango_the_set_up_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(typesetting, "typesets", lambda: False)
    monkeypatch.setattr(typesetting, "install_libraries", lambda: tried.append("apt"))
    assert not typesetting.prepare(dict(os.environ), tmp_path)
    assert tried == ["apt"]
    assert capsys.readouterr().out.count("PDFs are not available") == 1


def test_without_the_font_package_the_set_up_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "source_folder", lambda: None)
    assert not fonts.cut(tmp_path)


def test_what_is_cut_is_not_cut_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[int] = []
    source = tmp_path / "source"
    source.mkdir()
    (source / "OFL.txt").write_text("licence")

    def fake(_source: Path, weight: int, target: Path) -> None:
        cut.append(weight)
        target.write_bytes(b"font")

    monkeypatch.setattr(fonts, "source_folder", lambda: source)
    monkeypatch.setattr(fonts, "cut_weight", fake)
    monkeypatch.setattr(typesetting, "typesets", lambda: True)
    for _time in range(2):
        assert fonts.cut(tmp_path)
        assert typesetting.prepare(dict(os.environ), tmp_path)
    assert cut == [400, 700]
    assert (tmp_path / "OFL.txt").read_text() == "licence"
