"""Tables of customs: documents as declared, and what became of each parcel."""

from customs.models.account_book import AccountBook, AccountEntry, AccountItem
from customs.models.documents import (
    ExportInventory,
    ExportInventoryLine,
    ExportOrder,
    ExportOrderLine,
    ExportReceipt,
    ExportWaybill,
    ImportInventory,
    ImportInventoryLine,
    ImportOrder,
    ImportOrderLine,
    ImportPayment,
    ImportWaybill,
)
from customs.models.drafts import ParcelDraft
from customs.models.identity import IdentityQuestion, IdentityResult
from customs.models.logistics import LogisticsEvent
from customs.models.message_table import MessageTable
from customs.models.parcel import BuyerYear, Finding, Fingerprint, Parcel, Queue, TaxLine, Turn, Use, Waiting
from customs.models.partners import PaymentReport, StockReport
from customs.models.payment_data import PaymentDataEndpoint, PaymentDataRequest
from customs.models.quarantine import CiqVerdict
from customs.models.requests import Movement, ParcelRequest, ReturnedLine
from customs.models.summaries import (
    ClearedList,
    SummarisedLine,
    SummaryApplication,
    SummaryDeclaration,
    SummaryLine,
    SummaryMonth,
    SummaryNotice,
)
from customs.models.tariff import ExportCondition, RegisterDay, TariffLine
from customs.models.tax import DutyPayment, Guarantee, GuaranteeAccount, TaxBill, TaxBillLine
from customs.models.versions import DocumentVersion

__all__ = [
    "AccountBook",
    "AccountEntry",
    "AccountItem",
    "BuyerYear",
    "CiqVerdict",
    "ClearedList",
    "DocumentVersion",
    "DutyPayment",
    "ExportCondition",
    "ExportInventory",
    "ExportInventoryLine",
    "ExportOrder",
    "ExportOrderLine",
    "ExportReceipt",
    "ExportWaybill",
    "Finding",
    "Fingerprint",
    "Guarantee",
    "GuaranteeAccount",
    "IdentityQuestion",
    "IdentityResult",
    "ImportInventory",
    "ImportInventoryLine",
    "ImportOrder",
    "ImportOrderLine",
    "ImportPayment",
    "ImportWaybill",
    "LogisticsEvent",
    "MessageTable",
    "Movement",
    "Parcel",
    "ParcelDraft",
    "ParcelRequest",
    "PaymentDataEndpoint",
    "PaymentDataRequest",
    "PaymentReport",
    "Queue",
    "RegisterDay",
    "ReturnedLine",
    "StockReport",
    "SummarisedLine",
    "SummaryApplication",
    "SummaryDeclaration",
    "SummaryLine",
    "SummaryMonth",
    "SummaryNotice",
    "TariffLine",
    "TaxBill",
    "TaxBillLine",
    "TaxLine",
    "Turn",
    "Use",
    "Waiting",
]
