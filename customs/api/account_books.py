"""`/api/v1/account-books/`: an area enterprise's system reads its books and lets goods enter."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customs.enums import AccountBookState
from customs.models import AccountBook
from customs.selectors.account_books import book_numbered, books_of, items_of
from customs.services.account_books import LINE_FIELDS, BookUnknown, Keeper, enter_goods
from exchange.api.machine import MachineView, ProblemShape
from exchange.enums import Scope
from exchange.permissions import enterprise_of

REFUSED = {400: ProblemShape, 401: ProblemShape, 403: ProblemShape, 404: ProblemShape, 409: ProblemShape}
PAGE = 500
MOST_LINES = 1_000
"""Lines of one request; a longer bill is sent in parts under the same document number."""


class AccountBookShape(serializers.Serializer[Any]):
    """One account book."""

    ems_no = serializers.CharField()
    customs_code = serializers.CharField()
    trade_mode = serializers.ChoiceField(choices=["1210", "1239"])
    state = serializers.ChoiceField(choices=AccountBookState.choices)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    items = serializers.IntegerField(help_text="number of items")


class AccountBooksShape(serializers.Serializer[Any]):
    """All books of the enterprise."""

    results = AccountBookShape(many=True)


class AccountItemShape(serializers.Serializer[Any]):
    """Goods of a book: what may still be declared, and what undecided lists hold."""

    item_record_no = serializers.CharField()
    gcode = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    balance = serializers.DecimalField(max_digits=24, decimal_places=5)
    reserved = serializers.DecimalField(max_digits=24, decimal_places=5)


class AccountItemsShape(serializers.Serializer[Any]):
    """Items by number; `next` as `after` gives the following page, null at the end."""

    results = AccountItemShape(many=True)
    next = serializers.CharField(allow_null=True)


class EnteringLineShape(serializers.Serializer[Any]):
    """One line of a bill; every line is checked and answered by its number."""

    item_record_no = serializers.CharField(max_length=100)
    gcode = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=1_000)
    unit = serializers.CharField(max_length=100)
    qty = serializers.CharField(max_length=100)


class EnteringShape(serializers.Serializer[Any]):
    """A bill of entry. Sent again it changes nothing."""

    document = serializers.CharField(max_length=40)
    lines = serializers.ListField(child=EnteringLineShape(), allow_empty=False, max_length=MOST_LINES)


class LineFaultShape(serializers.Serializer[Any]):
    """What is wrong with a line, numbered from 1."""

    line = serializers.IntegerField()
    field = serializers.CharField()
    code = serializers.CharField()
    sentence = serializers.CharField()


class EnteredShape(serializers.Serializer[Any]):
    """Lines that entered and lines that had entered before; with faults (status 422) nothing entered."""

    entered = serializers.IntegerField()
    repeated = serializers.IntegerField()
    faults = LineFaultShape(many=True)


class BookView(MachineView):
    """What the views of one book share."""

    def book(self, ems_no: str) -> AccountBook:
        """The enterprise's book. Raises WrongParty, BookUnknown."""
        found = book_numbered(enterprise_of(self.caller), ems_no[:30])
        if found is None:
            raise BookUnknown
        return found


class AccountBooks(MachineView):
    """Account books of the enterprise."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="account_books_list",
        description=__doc__,
        tags=["account books"],
        responses={200: AccountBooksShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """An enterprise has few books."""
        return Response(
            {
                "results": [
                    {
                        "ems_no": one.ems_no,
                        "customs_code": one.customs_code,
                        "trade_mode": one.trade_mode,
                        "state": one.state,
                        "valid_from": one.valid_from,
                        "valid_to": one.valid_to,
                        "items": one.goods,
                    }
                    for one in books_of(enterprise_of(self.caller))[:PAGE]
                ]
            }
        )


class AccountItems(BookView):
    """Items of a book by number, 500 a page."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="account_items_list",
        description=__doc__,
        tags=["account books"],
        parameters=[OpenApiParameter("after", str, description="`next` of the page before")],
        responses={200: AccountItemsShape, **REFUSED},
    )
    def get(self, request: Request, ems_no: str) -> Response:
        """One page."""
        after = request.query_params.get("after", "")[:30].replace("\x00", "")
        rows = items_of(self.book(ems_no)).filter(item_record_no__gt=after).order_by("item_record_no")
        found = list(rows[: PAGE + 1])
        following = found[PAGE - 1].item_record_no if len(found) > PAGE else None
        names = ("item_record_no", "gcode", "name", "unit")
        results = [
            {name: getattr(one, name) for name in names}
            | {"balance": f"{one.balance:.5f}", "reserved": f"{one.reserved:.5f}"}
            for one in found[:PAGE]
        ]
        return Response({"results": results, "next": following})


class AccountEntries(BookView):
    """Let the goods of a bill enter the area."""

    scope = Scope.SEND_MESSAGES

    @extend_schema(
        operation_id="account_goods_enter",
        description=__doc__,
        tags=["account books"],
        request=EnteringShape,
        responses={200: EnteredShape, 422: EnteredShape, **REFUSED},
    )
    def post(self, request: Request, ems_no: str) -> Response:
        """All lines or none."""
        sent = EnteringShape(data=request.data)
        sent.is_valid(raise_exception=True)
        book = self.book(ems_no)
        who = Keeper(book.organisation_id, client=self.caller.client)
        lines = [{name: line[name] for name in LINE_FIELDS} for line in sent.validated_data["lines"]]
        result = enter_goods(who=who, book_id=book.pk, document=sent.validated_data["document"], lines=lines)
        faults = [
            {"line": one.line, "field": one.field, "code": one.code, "sentence": str(one.sentence)}
            for one in result.faults
        ]
        answer = {"entered": result.entered, "repeated": result.repeated, "faults": faults}
        return Response(answer, status=422 if faults else 200)
