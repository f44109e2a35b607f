"""Pages of goods: file, change, copy, withdraw, search, import with progress; the official's queue; the API."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exchange.permissions import forget_tokens
from filing.enums import GoodsState
from filing.models import FiledGoods, GoodsImport
from filing.services.cases import Applicant
from filing.services.goods import Filer, file_goods
from filing.services.goods_import import work_import
from portal.models import Membership, Organisation, User
from portal.selectors import hs_search
from tests.conftest import sign_in
from tests.exchange.conftest import Machine
from tests.filing.goods import good, loaded_codes
from tests.filing.test_case_api import machine
from tests.filing.test_goods_import import cells, table
from tools.demo.accounts import uscc

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]
codes = loaded_codes
BASE = "/enterprise/goods/"


def send(who: Machine, path: str, body: Any, **headers: str) -> Any:
    return who.send(path, json.dumps(body), **headers)


@pytest.fixture(autouse=True)
def fresh_process_memory() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


@pytest.fixture
def client(applicant: Applicant, client: Client) -> Client:
    Organisation.objects.filter(pk=applicant.organisation_id).update(district="3501")
    assert applicant.user is not None
    client.force_login(applicant.user)
    return client


@pytest.fixture
def stored(applicant: Applicant) -> FiledGoods:
    file_goods(Filer(applicant.organisation_id, applicant.user), [good("A")])
    return FiledGoods.objects.get()


def test_a_good_is_filed_by_form_and_found_again(client: Client) -> None:
    answer = client.post(f"{BASE}new/", good("FJ-1"))
    stored = FiledGoods.objects.get()
    assert answer["Location"] == f"{BASE}{stored.pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert "已备案" in page
    assert "全脂奶粉" in page
    for text in ("fj-1", "6901234567892", "0402", "脂奶"):
        assert "FJ-1" in client.get(BASE, {"q": text}).content.decode()
    assert "没有符合条件的商品" in client.get(BASE, {"q": "nothing-like-this"}).content.decode()


def test_faults_stand_at_their_fields_and_nothing_is_stored(client: Client) -> None:
    answer = client.post(f"{BASE}new/", good("A", gtin="123", price_high="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_gtin"' in page
    assert 'href="#id_price_high"' in page
    assert 'value="全脂奶粉"' in page
    assert FiledGoods.objects.count() == 0


def test_change_copy_and_withdraw(client: Client, stored: FiledGoods) -> None:
    own = f"{BASE}{stored.pk}/"
    assert client.post(f"{own}edit/", good("A", name="脱脂奶粉"))["Location"] == own
    page = client.get(own).content.decode()
    assert "变更前" in page
    assert "脱脂奶粉" in page
    copy = client.get(f"{BASE}new/", {"copy": stored.pk}).content.decode()
    assert 'value="脱脂奶粉"' in copy
    assert client.post(f"{BASE}new/", good("A")).status_code == 409
    assert client.post(f"{own}withdraw/")["Location"] == own
    stored.refresh_from_db()
    assert (stored.state, stored.version) == (GoodsState.WITHDRAWN, 2)


def test_what_the_page_asks_while_somebody_types(client: Client) -> None:
    assert "校验位不符" in client.get(f"{BASE}hint/", {"gtin": "6901234567893"}).content.decode()
    assert "校验位正确" in client.get(f"{BASE}hint/", {"gtin": "6901234567892"}).content.decode()
    assert "不在协调制度中" in client.get(f"{BASE}hint/", {"hs_code": "0499990000"}).content.decode()
    assert "0402" in client.get(f"{BASE}hint/", {"hs_code": "0402210000"}).content.decode()
    assert "没有找到" in client.get(f"{BASE}codes/", {"words": "zzzzqqq"}).content.decode()
    chosen = client.get(f"{BASE}codes/choose/", {"code": "040221"}).content.decode()
    assert 'value="040221"' in chosen


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("0402.21", "040221"),
        ("milk powder", "040210"),
        ("饮料", "220210"),
        ("footware", "640110"),
        ("茶", "090210"),
    ],
)
def test_codes_are_found_by_number_by_words_and_in_spite_of_a_slip(words: str, code: str) -> None:
    found = hs_search(words, limit=200)
    assert code[:4] in {one[:4] for one in found}


def test_list_pages_cost_the_same_for_any_number_of_goods(client: Client, applicant: Applicant) -> None:
    counts = set()
    who = Filer(applicant.organisation_id, applicant.user)
    for size in (3, 40):
        file_goods(who, [good(f"{size}-{n}") for n in range(size)])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(BASE, {"sort": "name"}).status_code == 200
        counts.add(len(captured))
    assert len(counts) == 1
    assert counts.pop() <= 12


@pytest.mark.parametrize(
    "query", ["?page=zz&sort=%00", "?sort=password&state=no", "?q=%00%00", "?page=-1&q=" + "x" * 3000]
)
def test_nonsense_in_queries_is_no_error(client: Client, query: str) -> None:
    for path in ("", "hint/", "codes/", "codes/choose/", "export.xlsx", "new/"):
        assert client.get(BASE + path + query).status_code == 200
    assert client.get(f"{BASE}new/?copy=999999999999999999").status_code == 404


def test_import_with_progress_and_rejected_rows(client: Client) -> None:
    file = SimpleUploadedFile("g.xlsx", table(good("A"), good("B", gtin="1")))
    answer = client.post(f"{BASE}import/", {"file": file})
    stored = GoodsImport.objects.get()
    own = answer["Location"]
    assert own == f"{BASE}import/{stored.pk}/"
    assert 'hx-trigger="load delay:1s"' in client.get(own).content.decode()
    work_import(stored.pk)
    part = client.get(own, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-trigger" not in part
    assert "第 3 行" in part
    assert len(cells(client.get(f"{own}rejected.xlsx").content)) == 2
    assert "g.xlsx" in client.get(f"{BASE}import/").content.decode()


def test_an_upload_without_a_file_or_with_another_one(client: Client) -> None:
    assert client.post(f"{BASE}import/").status_code == 422
    renamed = SimpleUploadedFile("g.xlsx", b"%PDF-1.4")
    answer = client.post(f"{BASE}import/", {"file": renamed})
    assert "无法读取此文件" in answer.content.decode()
    assert GoodsImport.objects.count() == 0


def test_those_who_only_read_are_told_so(client: Client, applicant: Applicant, stored: FiledGoods) -> None:
    membership = Membership.objects.get()
    membership.role = "viewer"
    membership.save()
    assert client.get(BASE).status_code == 200
    assert "批量导入" not in client.get(BASE).content.decode()
    assert client.get(f"{BASE}new/")["Location"] == BASE
    client.post(f"{BASE}{stored.pk}/withdraw/")
    client.post(f"{BASE}import/", {"file": SimpleUploadedFile("g.xlsx", table(good("B")))})
    stored.refresh_from_db()
    assert stored.state == GoodsState.FILED
    assert GoodsImport.objects.count() == 0


def test_the_queue_of_goods(client: Client, applicant: Applicant, official: Callable[..., User]) -> None:
    who = Filer(applicant.organisation_id, applicant.user)
    waiting = file_goods(who, [good("F", ciq_category="food"), good("A")])[0].goods_id
    desk = sign_in(Client(), official())
    page = desk.get("/console/filing.goods/").content.decode()
    assert "食品" in page
    case = desk.get(f"/console/filing.goods/{waiting}/").content.decode()
    assert "全脂奶粉" in case
    do = "/console/filing.goods/do/return/"
    desk.post(do, {"ids": waiting, "confirmed": 1, "reason": "请补充成分"})
    assert FiledGoods.objects.get(sku="F").state == GoodsState.RETURNED
    assert "请补充成分" in client.get(f"{BASE}{waiting}/").content.decode()
    assert (
        sign_in(Client(), official("foreign", office="3701"))
        .get(f"/console/filing.goods/{waiting}/")
        .status_code
        == 404
    )


def test_the_api_files_reads_and_withdraws(applicant: Applicant) -> None:
    own = machine(Organisation.objects.get(pk=applicant.organisation_id))
    sent = {"goods": [good("A"), good("B", gtin="1")]}
    answer = send(own, "filing/goods/", sent, idempotency_key="k1")
    assert [
        (one["sku"], one["state"], [f["code"] for f in one["faults"]]) for one in answer.json()["results"]
    ] == [
        ("A", "filed", []),
        ("B", "", ["G.GOODS.GTIN"]),
    ]
    assert send(own, "filing/goods/", sent, idempotency_key="k1").json() == answer.json()
    listed = own.get("filing/goods/").json()
    assert [one["content"]["sku"] for one in listed["results"]] == ["A"]
    assert listed["next"] is None
    pk = listed["results"][0]["id"]
    assert send(own, "filing/goods/withdraw/", {"ids": [pk, 999_999]}).json() == {"withdrawn": [pk]}
    assert own.get("filing/goods/", state="filed").json()["results"] == []


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"goods": []},
        {"goods": [{"sku": "A", "colour": "red"}]},
        {"goods": "A"},
        {"goods": [{"sku": ["A"]}]},
    ],
)
def test_the_api_refuses_what_it_does_not_know(applicant: Applicant, sent: dict[str, Any]) -> None:
    own = machine(Organisation.objects.get(pk=applicant.organisation_id))
    assert send(own, "filing/goods/", sent).status_code == 400
    assert FiledGoods.objects.count() == 0


def test_another_enterprise_and_a_reader_get_nothing(applicant: Applicant, stored: FiledGoods) -> None:
    other = Organisation.objects.create(uscc=uscc("91", "MA3501002"), customs_code="35019609P2", name="别家")
    stranger = machine(other)
    assert stranger.get("filing/goods/").json()["results"] == []
    assert send(stranger, "filing/goods/withdraw/", {"ids": [stored.pk]}).json() == {"withdrawn": []}
    reader = machine(Organisation.objects.get(pk=applicant.organisation_id), scope="filing:read")
    assert send(reader, "filing/goods/", {"goods": [good("B")]}).status_code == 403
    assert list(FiledGoods.objects.values_list("sku", "state")) == [("A", GoodsState.FILED)]
