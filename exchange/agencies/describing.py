"""The contract pages of docs/agencies, made from the contracts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from exchange.agencies.contract import Contract, Part
from exchange.agencies.contracts import ADAPTERS

HEAD = """# {title}

{summary}

Spoken over the agency API: `GET /api/v1/agency/tasks/` → `POST /api/v1/agency/tasks/ack/` → `POST /api/v1/agency/decisions/`
(see `/api/v1/docs/`). A code outside the tables below is kept and shown to officials; nothing moves. Outcome `declined` says that the
agency will not do the task. Made from the code (`./sw manage write_agency_pages`); do not edit.
"""


def pages() -> dict[str, str]:
    """Folder name → text of its page."""
    return {name: page(name, adapter.__doc__ or "", adapter.CONTRACTS) for name, adapter in ADAPTERS.items()}


def page(name: str, summary: str, contracts: Sequence[Contract]) -> str:
    """One agency's page. Contracts that differ only in the agency's code are written once."""
    text = [HEAD.format(title=name, summary=summary.strip())]
    text += [_contract(contract) for contract in contracts]
    return "\n".join(text)


def _contract(contract: Contract) -> str:
    task = {
        "id": 4711,
        "kind": str(contract.kind),
        "subject": 128001,
        "state": "open",
        "payload": contract.question,
    }
    decision = {"decisions": [{"task": 4711, **contract.answer}]}
    lines = [f"## {contract.kind} · agency `{contract.agency}`", "", contract.purpose, ""]
    lines += ["Question (`payload`):", "", *_parts(contract.asks), "", "Answer (`detail`):", ""]
    lines += [*_parts(contract.answers), ""]
    for part, table in contract.codes.items():
        lines += [f"Codes of `{part}`:", "", *_codes(contract, part, table), ""]
    lines += ["Example task:", "", *_json(task), "", "Example decision:", "", *_json(decision), ""]
    return "\n".join(lines)


def _parts(parts: Sequence[Part]) -> Iterator[str]:
    yield "| part | kind | required | meaning |"
    yield "|---|---|---|---|"
    yield from _rows(parts, "")


def _rows(parts: Sequence[Part], inside: str) -> Iterator[str]:
    for part in parts:
        required = "yes" if part.required else "no"
        yield f"| `{inside}{part.name}` | {part.kind} | {required} | {part.meaning} |"
        yield from _rows(part.of, f"{inside}{part.name}[].")


def _codes(contract: Contract, part: str, table: Mapping[str, str | Promise]) -> Iterator[str]:
    yield "| code | 中文 | meaning |"
    yield "|---|---|---|"
    for code, meaning in table.items():
        with translation.override("zh-hans"):
            chinese = str(meaning)
        with translation.override("en"):
            english = str(meaning)
        more = "; another answer follows" if part == "outcome" and code in contract.interim else ""
        yield f"| `{code}` | {chinese} | {english}{more} |"


def _json(value: Any) -> list[str]:
    return ["```json", json.dumps(value, ensure_ascii=False, indent=1), "```"]
