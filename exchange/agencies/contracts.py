"""All contracts with agencies, by agency and kind of task. A new agency adds its adapter here."""

from exchange.agencies.bank import adapter as bank
from exchange.agencies.ciq import adapter as ciq
from exchange.agencies.contract import Contract
from exchange.agencies.gacc import adapter as gacc
from exchange.agencies.police import adapter as police
from exchange.agencies.post import adapter as post
from exchange.agencies.registry import adapter as registry
from exchange.agencies.safe import adapter as safe
from exchange.agencies.sinosure import adapter as sinosure
from exchange.agencies.sms import adapter as sms
from exchange.agencies.tax import adapter as tax

ADAPTERS = {
    "bank": bank,
    "ciq": ciq,
    "gacc": gacc,
    "police": police,
    "post": post,
    "registry": registry,
    "safe": safe,
    "sinosure": sinosure,
    "sms": sms,
    "tax": tax,
}
"""Folder → adapter."""

CONTRACTS: dict[tuple[str, str], Contract] = {
    (contract.agency, contract.kind): contract
    for adapter in ADAPTERS.values()
    for contract in adapter.CONTRACTS
}


def contract_of(agency: str, kind: str) -> Contract | None:
    """None for a kind that nobody described: its answers go to the handler as they are."""
    return CONTRACTS.get((agency, kind))
