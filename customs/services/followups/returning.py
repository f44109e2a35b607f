"""Requests to send goods back: CEB625 (imports, rules D.9) and CEB213 (exports, B.3), and the tally of returned exports, CEB215.

A return within time and quantity is granted at once unless D.RETURN.REVIEW says that an official looks first; it is finished when the goods
are reported back at the supervised place, until then nothing is restored.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.utils import timezone

from customs.enums import MovementKind, ParcelState, RequestKind, RequestState
from customs.messages import registry
from customs.models import Parcel, ParcelRequest, ReturnedLine, TaxLine
from customs.models.documents import LINES
from customs.selectors.requests import apply_until, back_until, declared_lines, sent_back
from customs.services.answering import Answer, told
from customs.services.followups.base import FollowUp, own_parcels, speaks_for
from customs.services.followups.moving import note_movements
from customs.services.requests import RESULTS, goods_back, has_open_request, open_request
from portal import rules

CHECK, NO_LINE, DIFFERS, STORED = "-625001", "-625209", "-625010", "120"
CENT = Decimal("0.01")


class ReturnRequest(FollowUp):
    """One request with the lines that go back."""

    kind: ClassVar[RequestKind]
    same: ClassVar[dict[str, str]] = {"agent_code": "agentCode", "ebc_code": "ebcCode", "ebp_code": "ebpCode"}
    line_same: ClassVar[dict[str, str]] = {"gcode": "gcode", "gname": "gname", "unit": "unit"}
    """Columns of head and lines that must say what the list says → their official names."""

    def work(self, documents: Sequence[Any]) -> list[Answer]:
        parcels = own_parcels(documents)
        lines: dict[int, list[Any]] = {document.pk: [] for document in documents}
        for line in LINES[self.code].objects.filter(head_id__in=lines).order_by("head_id", "gnum"):
            lines[line.head_id].append(line)
        return [
            self.one(document, parcels.get((document.sender_id, document.invt_no)), lines[document.pk])
            for document in documents
        ]

    def one(self, document: Any, parcel: Parcel | None, lines: Sequence[Any]) -> Answer:
        refusal = self.refusal(document, parcel, lines)
        if refusal or parcel is None:
            code, sentence = refusal or (CHECK, "")
            return told(document, code, code, sentence)
        if rules.value("D.RETURN.REVIEW", timezone.localdate()):
            request = open_request(document, self.kind, parcel, RequestState.WAITING)
            write_lines(request, parcel, lines)
            return told(document, STORED, "1800", "退货申请已受理，待海关审核")
        request = open_request(document, self.kind, parcel, RequestState.APPROVED, back_until(parcel))
        write_lines(request, parcel, lines)
        return told(document, *RESULTS[("approve", self.kind)])

    def refusal(self, document: Any, parcel: Parcel | None, lines: Sequence[Any]) -> tuple[str, str] | None:
        """(code, sentence) of why the goods cannot go back this way."""
        if parcel is None or parcel.direction != self.direction:
            return CHECK, "原清单不存在，或不是由本企业申报"
        different = [
            name for column, name in self.same.items() if getattr(document, column) != getattr(parcel, column)
        ]
        if different:
            return DIFFERS, f"与原清单不一致：{'、'.join(different)}"
        if parcel.state not in {ParcelState.RELEASED, ParcelState.CLEARED}:
            return CHECK, f"清单当前状态（{parcel.get_state_display()}）不能退货"
        if has_open_request(parcel.pk):
            return CHECK, "该清单已有未办结的申请"
        if timezone.localtime(document.received_at).date() > apply_until(parcel):
            return CHECK, f"已超过退货申请期限（{apply_until(parcel):%Y-%m-%d}）"
        return self.lines_refusal(parcel, lines)

    def lines_refusal(self, parcel: Parcel, lines: Sequence[Any]) -> tuple[str, str] | None:
        """Every line stands on the list, says the same, and not more goes back than is left."""
        declared, back = declared_lines(parcel), sent_back(parcel.pk)
        for line in lines:
            original = declared.get(line.gnum)
            if original is None:
                return NO_LINE, f"原清单没有第 {line.gnum} 项商品"
            for column, name in self.line_same.items():
                if getattr(line, column) != getattr(original, column):
                    return DIFFERS, f"第 {line.gnum} 项商品的 {name} 与原清单不一致"
            left = original.qty - back.get(line.gnum, (Decimal(0),))[0]
            if not 0 < line.qty <= left:
                return (
                    CHECK,
                    f"第 {line.gnum} 项商品退货数量 {line.qty.normalize():f} 超过可退数量 {left.normalize():f}",
                )
        return None

    @property
    def direction(self) -> str:
        return registry()[self.code].direction


class ImportReturnRequest(ReturnRequest):
    """CEB625 退货申请单."""

    code = "CEB625Message"
    kind = RequestKind.IMPORT_RETURN
    same: ClassVar[dict[str, str]] = ReturnRequest.same | {
        "order_no": "orderNo",
        "buyer_id_hash": "buyerIdNumber",
    }


class ExportReturnRequest(ReturnRequest):
    """CEB213 出口退货申请单."""

    code = "CEB213Message"
    kind = RequestKind.EXPORT_RETURN


def write_lines(request: ParcelRequest, parcel: Parcel, lines: Sequence[Any]) -> None:
    """The lines with their share of price and tax; the last piece takes what is left, so that shares add up to the whole."""
    declared, back = declared_lines(parcel), sent_back(parcel.pk)
    taxes = {tax.gnum: tax for tax in TaxLine.objects.filter(parcel_id=parcel.pk)}
    written = []
    for line in lines:
        ordered = declared[line.gnum].qty
        quantity, price, owed = back.get(line.gnum, (Decimal(0), Decimal(0), Decimal(0)))
        tax = taxes.get(line.gnum)
        whole = tax.dutiable if tax else Decimal(0)
        burden = tax.duty + tax.vat + tax.consumption_tax if tax else Decimal(0)
        last = quantity + line.qty == ordered
        share = line.qty / ordered
        written.append(
            ReturnedLine(
                request=request,
                gnum=line.gnum,
                name=line.gname,
                qty=line.qty,
                dutiable=whole - price if last else rounded(whole * share),
                tax=burden - owed if last else rounded(burden * share),
            )
        )
    ReturnedLine.objects.bulk_create(written)


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


class TallyReport(FollowUp):
    """CEB215 退货理货明细单（运抵）: the site has the returned goods of a list, which finishes an approved return."""

    code = "CEB215Message"

    def work(self, documents: Sequence[Any]) -> list[Answer]:
        return [self.one(document) for document in documents]

    def one(self, document: Any) -> Answer:
        if not speaks_for(document, "operator_code", "logistics_code"):
            return told(document, CHECK, CHECK, "监管场所经营人、物流企业都不是报文传输企业")
        request = (
            ParcelRequest.objects.select_for_update(of=("self",))
            .filter(
                kind=RequestKind.EXPORT_RETURN, state=RequestState.APPROVED, due_at__gt=document.received_at
            )
            .filter(invt_no=document.invt_no or "")
            .first()
        )
        if request is None:
            return told(document, CHECK, CHECK, "没有与该清单对应的、在期限内的退货申请")
        note_movements(MovementKind.TALLIED, document, [request.parcel_id], document.operator_name)
        goods_back(request, actor=None)
        return told(document, "399", "2300", "理货审核通过")
