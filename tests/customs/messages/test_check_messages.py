"""`check_messages` tells about every file and never ends in a traceback."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from portal.codes import load_codes

SAMPLES = Path(__file__).parent / "samples"
ORDER = (SAMPLES / "CEB311Message-import-order.xml").read_bytes()

HOSTILE = {
    "empty": b"",
    "zeros": b"\x00" * 100,
    "not-xml": b"hello",
    "truncated": ORDER[: len(ORDER) // 2],
    "doctype": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "deep": b"<a>" * 10_000 + b"</a>" * 10_000,
    "utf-16": ORDER.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "control": ORDER.replace(b"<ceb:orderNo>", b"<ceb:orderNo>\x01"),
    "foreign": b"<html><body/></html>",
}


@pytest.fixture(autouse=True)
def codes(db: None) -> None:
    load_codes()


def run(*paths: Path) -> tuple[list[dict[str, Any]], int]:
    out, status = StringIO(), 0
    try:
        call_command("check_messages", *map(str, paths), "--format=json", stdout=out)
    except SystemExit as end:
        status = int(end.code or 0)
    return json.loads(out.getvalue()), status


def test_folder_of_valid_samples() -> None:
    verdicts, status = run(SAMPLES)
    assert status == 0
    assert len(verdicts) == len(list(SAMPLES.glob("*.xml")))
    assert all(v["well_formed"] and v["valid"] and v["errors"] == [] for v in verdicts)
    orders = next(v for v in verdicts if v["file"].endswith("CEB311Message-import-order.xml"))
    assert (orders["message"], orders["documents"]) == ("CEB311Message", ORDER.count(b"<ceb:Order>"))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_gets_a_verdict(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.xml"
    path.write_bytes(HOSTILE[name])
    verdicts, status = run(path)
    assert status == 1
    assert [v["valid"] for v in verdicts] == [False]
    assert verdicts[0]["errors"]
    assert all(e["code"] and e["message_zh"] and e["message_en"] for e in verdicts[0]["errors"])


def test_file_that_does_not_exist_is_told(tmp_path: Path) -> None:
    verdicts, status = run(tmp_path / "none.xml")
    assert status == 1
    assert [e["code"] for e in verdicts[0]["errors"]] == ["FILE"]


def test_message_of_another_kind_is_unknown_and_not_called_wrong(tmp_path: Path) -> None:
    path = tmp_path / "other.xml"
    path.write_bytes(b'<CEB999Message xmlns="http://www.chinaport.gov.cn/ceb" guid="x" version="1.0"/>')
    verdicts, status = run(path)
    assert status == 0
    assert (verdicts[0]["well_formed"], verdicts[0]["valid"]) == (True, None)
    assert [e["code"] for e in verdicts[0]["errors"]] == ["CEB.TYPE"]


def test_text_output_counts_files(tmp_path: Path) -> None:
    path = tmp_path / "other.xml"
    path.write_bytes(b"<a")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_messages", str(path), str(SAMPLES / "CEB900Message-format-error.xml"), stdout=out)
    assert out.getvalue().splitlines()[-1] == "2 files: 1 valid, 0 unknown, 1 not valid"
