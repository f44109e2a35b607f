"""Linked sets of CEB messages that agree with each other: for the demonstration, the tests and the benchmark.

Everything is made up and drawn from a seed: people (valid GB 11643 numbers of Fujian), goods of the positive list, prices, tax. A
scenario is a parcel with something changed: `parcel.payment["payerName"] = …`, or a document left out of `parcel.without`.
"""

from tools.parcels.cast import (
    AGENT,
    ALERT_GOODS,
    BAG,
    EXPORT_GOODS,
    EXPORT_SHOP,
    IMPORT_GOODS,
    IMPORT_SHOP,
    LOGISTICS,
    MOTORCYCLE,
    PAYMENT,
    PLATFORM,
    SENDERS,
    WAREHOUSE,
    Chosen,
    Enterprise,
    Goods,
    Person,
    check_character,
)
from tools.parcels.drawing import SHANGHAI, Generator
from tools.parcels.facts import Parcel, account_book_no
from tools.parcels.following import follow_up, sender_of, summary_request
from tools.parcels.writing import dxp_id, message_xml, messages

__all__ = [
    "AGENT",
    "ALERT_GOODS",
    "BAG",
    "EXPORT_GOODS",
    "EXPORT_SHOP",
    "IMPORT_GOODS",
    "IMPORT_SHOP",
    "LOGISTICS",
    "MOTORCYCLE",
    "PAYMENT",
    "PLATFORM",
    "SENDERS",
    "SHANGHAI",
    "WAREHOUSE",
    "Chosen",
    "Enterprise",
    "Generator",
    "Goods",
    "Parcel",
    "Person",
    "account_book_no",
    "check_character",
    "dxp_id",
    "follow_up",
    "message_xml",
    "messages",
    "sender_of",
    "summary_request",
]
