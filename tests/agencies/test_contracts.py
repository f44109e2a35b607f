"""Contracts with agencies: every example and every simulated answer keeps to them, and what does not is told exactly."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from exchange.agencies.contract import DECLINED, OUTCOME, Contract, Doubt, Part, replaced
from exchange.agencies.contracts import ADAPTERS, CONTRACTS, contract_of
from exchange.agencies.describing import pages
from exchange.agencies.simulated import PARTIES
from exchange.enums import TaskKind

ALL = [pytest.param(one, id=f"{agency}-{kind}") for (agency, kind), one in CONTRACTS.items()]


def parts(some: tuple[Part, ...]) -> list[Part]:
    return [inner for part in some for inner in (part, *parts(part.of))]


def simulated(contract: Contract, question: Any, outcome: str = "") -> Any:
    task = {"kind": contract.kind, "payload": question, "outcome": outcome}
    return PARTIES[contract.agency].answer(task)


def test_every_contract_is_of_a_known_kind_and_every_agency_has_a_simulator() -> None:
    assert {kind for _agency, kind in CONTRACTS} <= set(TaskKind.values)
    assert {agency for agency, _kind in CONTRACTS} == set(PARTIES)
    assert len(CONTRACTS) == sum(len(adapter.CONTRACTS) for adapter in ADAPTERS.values())
    assert contract_of("gacc", "NOTHING") is None


@pytest.mark.parametrize("contract", ALL)
def test_the_examples_keep_to_the_contract(contract: Contract) -> None:
    assert contract.doubts(contract.answer["outcome"], contract.answer["detail"]) == []
    asked = {part.name for part in contract.asks}
    assert set(contract.question) == asked
    assert set(contract.answer["detail"]) <= {part.name for part in contract.answers}


@pytest.mark.parametrize("contract", ALL)
def test_every_code_part_has_its_table(contract: Contract) -> None:
    named = {part.name for part in parts(contract.answers) if part.kind == "code"}
    assert named <= set(contract.codes)
    assert contract.interim | contract.bare <= set(contract.codes.get(OUTCOME, {}))


@pytest.mark.parametrize("contract", ALL)
def test_the_simulator_answers_the_example_as_the_contract_says(contract: Contract) -> None:
    answer = simulated(contract, contract.question)
    assert contract.doubts(answer["outcome"], answer["detail"]) == []


@pytest.mark.parametrize("contract", ALL)
@pytest.mark.parametrize("outcome", ["GARBAGE", "", "approved; drop table", "declined"])
def test_an_unknown_outcome_is_a_doubt(contract: Contract, outcome: str) -> None:
    any_will_do = OUTCOME not in contract.codes and outcome != DECLINED
    assert contract.doubts(outcome, {}) == ([] if any_will_do else [Doubt(OUTCOME, outcome)])


@pytest.mark.parametrize("contract", [p for p in ALL if any(q.required for q in p.values[0].answers)])
@pytest.mark.parametrize("junk", [None, 7.5, True, "garbage", ["x"], {"a": 1}])
def test_a_required_part_of_another_kind_is_a_doubt(contract: Contract, junk: Any) -> None:
    part = next(part for part in contract.answers if part.required)
    detail = {**contract.answer["detail"], part.name: junk}
    doubts = contract.doubts(contract.answer["outcome"], detail)
    taken_as_text = isinstance(junk, str) and part.kind not in {"code", "list", "number"}
    assert [doubt.field for doubt in doubts] == ([] if taken_as_text else [part.name])


@pytest.mark.parametrize(
    ("agency", "kind", "question", "doubt"),
    [
        ("tax", TaskKind.TAX_CLASS, {"uscc": "91350100MA3500009X"}, Doubt("class", "7")),
        ("safe", TaskKind.SAFE_CLASS, {"uscc": "91350100MA3500009X"}, Doubt("class", "Q")),
        ("ciq", TaskKind.QUARANTINE, {"logisticsNo": "ZT85"}, Doubt(OUTCOME, "X")),
        ("post", TaskKind.TRACKING, {"logisticsNo": "ZT74"}, Doubt("code", "EZZ")),
        ("sinosure", TaskKind.CREDIT_LIMIT, {"buyer": "USA/64"}, Doubt("status", "K9")),
        ("sinosure", TaskKind.INSURANCE_CLAIM, {"buyer": "USA/64"}, Doubt("status", "77")),
        ("bank_a", TaskKind.BANK_PAYMENT, {"messageId": "FX53"}, Doubt("status", "XX9")),
        ("registry_fujian", TaskKind.REGISTRY_LOOKUP, {"uscc": "91350100MA3500094X"}, Doubt("status", "7")),
    ],
)
def test_codes_nobody_knows_are_named(agency: str, kind: str, question: Any, doubt: Doubt) -> None:
    contract = CONTRACTS[agency, kind]
    answer = simulated(contract, question)
    assert contract.doubts(answer["outcome"], answer["detail"]) == [doubt]


def test_an_unknown_code_is_read_as_the_known_one_wherever_it_stands_and_nothing_else_changes() -> None:
    detail = {"results": [{"ref": "Z", "result": "Z"}, {"ref": "2", "result": "0"}], "result": "Z"}
    assert replaced(detail, Doubt("result", "Z"), "1") == {
        "results": [{"ref": "Z", "result": "1"}, {"ref": "2", "result": "0"}],
        "result": "1",
    }
    assert detail["result"] == "Z"


def test_the_pages_of_the_contracts_are_current() -> None:
    folder = Path(settings.BASE_DIR) / "docs" / "agencies"
    assert {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")} == pages()
    folders = Path(settings.BASE_DIR) / "exchange" / "agencies"
    assert set(pages()) == {path.parent.name for path in folders.glob("*/adapter.py")}
