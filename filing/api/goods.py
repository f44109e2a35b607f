"""`/api/v1/filing/goods/`: an enterprise's system files, withdraws and reads its goods."""

import hashlib
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.api.messages import idempotency_key
from exchange.enums import Scope
from exchange.permissions import enterprise_of
from exchange.services.idempotency import answer_once
from filing.enums import GoodsState
from filing.models import FiledGoods
from filing.rules.goods import COLUMNS, NAMES
from filing.selectors.goods import goods_of
from filing.services.goods import MOST_AT_ONCE, Filer, file_goods, withdraw_goods

REFUSED = {400: ProblemShape, 401: ProblemShape, 403: ProblemShape, 409: ProblemShape, 413: ProblemShape}
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
PAGE = 500


class GoodsShape(serializers.Serializer[Any]):
    """A good as it is filed; codes are those of the platform's tables, `gtin` empty for goods without a barcode."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=GoodsState.choices)
    version = serializers.IntegerField()
    remark = serializers.CharField(help_text="why the office sent it back")
    updated_at = serializers.DateTimeField()
    content = serializers.DictField(child=serializers.CharField(), help_text=", ".join(NAMES))


class GoodsPageShape(serializers.Serializer[Any]):
    """Goods by id; `next` as `after` gives the following page, null at the end."""

    results = GoodsShape(many=True)
    next = serializers.IntegerField(allow_null=True)


class FileGoodsShape(serializers.Serializer[Any]):
    """Goods to file or to change by SKU, at most 1,000; values as text or number."""

    goods = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=1_000)),
        allow_empty=False,
        max_length=MOST_AT_ONCE,
    )

    def validate_goods(self, goods: list[dict[str, str]]) -> list[dict[str, str]]:
        """Unknown columns are refused: a misspelt one would be lost."""
        for number, one in enumerate(goods):
            for name in one:
                if name not in NAMES:
                    raise serializers.ValidationError(
                        {f"{number}.{name}": _("没有这个字段。")}, code="UNKNOWN"
                    )
        return goods


class GoodsFaultShape(serializers.Serializer[Any]):
    """One thing to correct."""

    code = serializers.CharField()
    field = serializers.CharField()
    sentence = serializers.CharField()


class FiledShape(serializers.Serializer[Any]):
    """What became of one good: its id and state, or its faults."""

    sku = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    state = serializers.CharField(allow_blank=True)
    faults = GoodsFaultShape(many=True)


class FiledGoodsShape(serializers.Serializer[Any]):
    """An answer for each good, in the order sent. Goods without faults are filed even when others have some."""

    results = FiledShape(many=True)


class WithdrawShape(serializers.Serializer[Any]):
    """Goods to withdraw, by id."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=MOST_AT_ONCE
    )


class WithdrawnShape(serializers.Serializer[Any]):
    """The goods that are withdrawn now; ids that are no longer filed, or not one's own, are left out."""

    withdrawn = serializers.ListField(child=serializers.IntegerField())


def as_json(one: FiledGoods) -> dict[str, Any]:
    """The stored good."""
    content = {column.name: str(getattr(one, column.name)) for column in COLUMNS}
    return {
        "id": one.pk,
        "state": one.state,
        "version": one.version,
        "remark": one.remark,
        "updated_at": one.updated_at.isoformat(),
        "content": content,
    }


class ReadGoods(MachineView):
    """Goods of the enterprise by id, 500 a page."""

    scope = Scope.READ_FILINGS

    @extend_schema(
        operation_id="filing_goods_list",
        description=__doc__,
        tags=["filing"],
        parameters=[
            OpenApiParameter("after", int, description="`next` of the page before"),
            OpenApiParameter("state", str, enum=GoodsState.values),
            OpenApiParameter("sku", str, description="exactly this SKU"),
        ],
        responses={200: GoodsPageShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """One page."""
        rows = goods_of(enterprise_of(self.caller)).order_by("pk")
        after = request.query_params.get("after", "")
        if after.isascii() and after.isdigit() and len(after) < 19:
            rows = rows.filter(pk__gt=int(after))
        if state := request.query_params.get("state", ""):
            rows = rows.filter(state=state[:16].replace("\x00", ""))
        if sku := request.query_params.get("sku", ""):
            rows = rows.filter(sku=sku[:60].replace("\x00", ""))
        found = list(rows[: PAGE + 1])
        following = found[PAGE - 1].pk if len(found) > PAGE else None
        return Response({"results": [as_json(one) for one in found[:PAGE]], "next": following})


class WriteView(MachineView):
    """What the writing views share."""

    scope = Scope.WRITE_FILINGS

    def filer(self) -> Filer:
        """The enterprise the machine works for. Raises WrongParty."""
        return Filer(enterprise_of(self.caller), client=self.caller.client)

    def once(self, request: Request, given: Any, answer: Any) -> Response:
        """The same answer to a repeated `Idempotency-Key`."""
        key = idempotency_key(request._request)
        digest = hashlib.sha256(repr(given).encode()).digest()
        return Response(answer_once(client_id=self.caller.pk, key=key, digest=digest, answer=answer))


class Goods(ReadGoods, WriteView):
    """File or change goods by SKU. Sending a good again unchanged changes nothing."""

    scope = Scope.READ_FILINGS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Writing needs the scope to write."""
        if request.method == "POST":
            self.scope = Scope.WRITE_FILINGS
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="filing_goods_file",
        description=__doc__,
        tags=["filing"],
        parameters=[KEY],
        request=FileGoodsShape,
        responses={200: FiledGoodsShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """File."""
        sent = FileGoodsShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given, who = sent.validated_data, self.filer()

        def answer() -> dict[str, Any]:
            return {
                "results": [
                    {
                        "sku": one.sku,
                        "id": one.goods_id,
                        "state": one.state,
                        "faults": [vars(f) for f in one.faults],
                    }
                    for one in file_goods(who, given["goods"])
                ]
            }

        return self.once(request, given, answer)


class WithdrawGoods(WriteView):
    """Take goods out of use; filed again they come back."""

    @extend_schema(
        operation_id="filing_goods_withdraw",
        description=__doc__,
        tags=["filing"],
        parameters=[KEY],
        request=WithdrawShape,
        responses={200: WithdrawnShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Withdraw."""
        sent = WithdrawShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given, who = sent.validated_data, self.filer()
        return self.once(request, given, lambda: {"withdrawn": withdraw_goods(who, given["ids"])})
