"""CEB816 and CEB818: tax bills and their states as official messages, from the stored bills."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from customs.enums import TaxBillState
from customs.messages import registry
from customs.messages.writing import write
from customs.models import TaxBill, TaxBillLine, TaxLine
from customs.models.documents import LINES
from customs.pipeline.record import TAX_BILL_MESSAGE, TAX_STATE_MESSAGE
from customs.services.receipts import Values, receipt_guid, return_time
from exchange.messages import ReceiptLine


def bills_of(lines: Sequence[ReceiptLine]) -> dict[int, TaxBill]:
    """The bill that each receipt tells of."""
    wanted = [line.document_id for line in lines if line.document_id is not None]
    return TaxBill.objects.select_related("parcel", "payment").in_bulk(wanted)


def describe_bills(lines: Sequence[ReceiptLine]) -> dict[int, list[Values]]:
    """Per receipt the numbers of its bill, its taxes, and when it is payable (first/last day)."""
    bills = bills_of(lines)
    described: dict[int, list[Values]] = {}
    for line in lines:
        bill = bills.get(line.document_id or 0)
        if bill is not None:
            described[line.id] = [
                {
                    "taxNo": bill.tax_no,
                    "invtNo": bill.parcel.invt_no,
                    "orderNo": bill.parcel.order_no,
                    "assureCode": bill.assure_code,
                    "customsTax": amount(bill.duty),
                    "valueAddedTax": amount(bill.vat),
                    "consumptionTax": amount(bill.consumption_tax),
                    "payable": f"{bill.due_from:%Y-%m-%d}/{bill.due_to:%Y-%m-%d}",
                    "entDutyNo": bill.payment.number if bill.payment else "",
                }
            ]
    return described


def write_bills(lines: Sequence[ReceiptLine]) -> dict[int, bytes]:
    """CEB816: the bill with its lines."""
    bills = bills_of(lines)
    of_bill = bill_lines(bills.values())
    message = registry()[TAX_BILL_MESSAGE]
    return {
        line.id: write(message, [bill_values(line, bill, of_bill[bill.pk])], guid=receipt_guid(line))
        for line in lines
        if (bill := bills.get(line.document_id or 0))
    }


def write_bill_states(lines: Sequence[ReceiptLine]) -> dict[int, bytes]:
    """CEB818: the state that was told, with the payment document when the bill was summed."""
    bills = bills_of(lines)
    message = registry()[TAX_STATE_MESSAGE]
    written = {}
    for line in lines:
        bill = bills.get(line.document_id or 0)
        if bill is None:
            continue
        values = head(line, bill)
        if line.status == TaxBillState.SUMMED and bill.payment is not None:
            values["entDutyNo"] = bill.payment.number
        written[line.id] = write(message, [values], guid=receipt_guid(line))
    return written


def head(line: ReceiptLine, bill: TaxBill) -> Values:
    """What both messages say of a bill."""
    return {
        "guid": receipt_guid(line),
        "returnTime": return_time(line.returned_at),
        "invtNo": bill.parcel.invt_no,
        "taxNo": bill.tax_no,
        "status": line.status,
        "assureCode": bill.assure_code,
    }


def bill_values(line: ReceiptLine, bill: TaxBill, lines: Sequence[Values]) -> dict[str, Any]:
    """The whole bill, with order and waybill number as real bills carry them."""
    parcel = bill.parcel
    return {
        **head(line, bill),
        "customsTax": amount(bill.duty),
        "valueAddedTax": amount(bill.vat),
        "consumptionTax": amount(bill.consumption_tax),
        "ebcCode": parcel.ebc_code,
        "logisticsCode": parcel.logistics_code,
        "agentCode": parcel.agent_code,
        "customsCode": bill.customs_code,
        "orderNo": parcel.order_no,
        "logisticsNo": parcel.logistics_no,
        "TaxListRd": list(lines),
    }


def bill_lines(bills: Collection[TaxBill]) -> dict[int, list[Values]]:
    """Lines by bill: those of the list for first bills, what is left for revised ones. Three queries, however many bills."""
    codes = {
        (head_id, gnum): gcode
        for head_id, gnum, gcode in LINES["CEB621Message"]
        .objects.filter(head_id__in=[bill.parcel_id for bill in bills])
        .values_list("head_id", "gnum", "gcode")
    }
    first = TaxLine.objects.filter(parcel_id__in=[b.parcel_id for b in bills if b.revision == 0])
    revised = TaxBillLine.objects.filter(bill__in=[b.pk for b in bills if b.revision > 0])
    parcel_of = {bill.pk: bill.parcel_id for bill in bills}
    found: dict[int, list[Values]] = defaultdict(list)
    owed: list[tuple[int, Any]] = [(one.parcel_id, one) for one in first]
    owed += [(one.bill_id, one) for one in revised]
    for bill_id, one in owed:
        found[bill_id].append(
            {
                "gnum": str(one.gnum),
                "gcode": codes.get((parcel_of[bill_id], one.gnum), ""),
                "taxPrice": amount(one.dutiable),
                "customsTax": amount(one.duty),
                "valueAddedTax": amount(one.vat),
                "consumptionTax": amount(one.consumption_tax),
            }
        )
    for lines in found.values():
        lines.sort(key=lambda line: int(line["gnum"]))
    return found


def amount(value: Decimal) -> str:
    """Yuan without superfluous zeros, at least two places."""
    return f"{value:.2f}" if value == round(value, 2) else f"{value.normalize():f}"
