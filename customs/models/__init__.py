"""Tables of customs: documents as declared, and what became of each parcel."""

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

__all__ = [
    "ExportInventory",
    "ExportInventoryLine",
    "ExportOrder",
    "ExportOrderLine",
    "ExportReceipt",
    "ExportWaybill",
    "ImportInventory",
    "ImportInventoryLine",
    "ImportOrder",
    "ImportOrderLine",
    "ImportPayment",
    "ImportWaybill",
]
