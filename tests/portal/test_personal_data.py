"""Personal data: GB 11643 check, masks of rule F.3, normalisation of E.4, encryption and keyed hashes."""

from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from portal import personal_data as pd
from portal.codes import load_codes

TODAY = date(2026, 11, 23)


@pytest.fixture
def regions(db: None) -> None:
    load_codes()
    pd.known_regions.cache_clear()


@pytest.mark.usefixtures("regions")
@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010519491231002X", ""),
        ("11010519491231002x", ""),
        ("110105194912310021", "CHECK"),
        ("1101051949123100", "LENGTH"),
        ("１１０１０５１９４９１２３１００２Ｘ", "LENGTH"),
        ("", "LENGTH"),
        ("35010219880231001X", "DATE"),
        ("350102209901010017", "FUTURE"),
        ("991301198801010014", "REGION"),
    ],
)
def test_gb_11643_check(number: str, fault: str) -> None:
    if len(number) == 18 and fault in {"DATE", "FUTURE", "REGION"}:
        total = sum(int(d) * w for d, w in zip(number, pd.WEIGHTS, strict=False))
        number = number[:17] + pd.CHECK_CHARACTERS[total % 11]
    assert pd.check_resident_number(number, TODAY) == fault


@pytest.mark.usefixtures("regions")
def test_birth_is_in_the_future_only_before_the_business_day() -> None:
    stem = "35010220200601001"
    number = stem + pd.CHECK_CHARACTERS[sum(int(d) * w for d, w in zip(stem, pd.WEIGHTS, strict=True)) % 11]
    assert pd.check_resident_number(number, date(2020, 5, 31)) == "FUTURE"
    assert pd.check_resident_number(number, date(2020, 6, 1)) == ""


@given(st.text(max_size=30))
def test_number_check_never_raises(text: str) -> None:
    pd.known_regions.cache_clear()
    original = pd.known_regions
    pd.known_regions = lambda: frozenset({"350000"})  # type: ignore[assignment]
    try:
        assert pd.check_resident_number(text, TODAY) in {"", "LENGTH", "CHECK", "DATE", "FUTURE", "REGION"}
    finally:
        pd.known_regions = original


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (pd.mask_resident_number, "11010519491231002X", "110*************2X"),
        (pd.mask_name, "张三", "*三"),
        (pd.mask_name, "欧阳修远", "欧**远"),
        (pd.mask_phone, "13800138000", "138****8000"),
        (pd.mask_address, "福建省福州市鼓楼区五四路1号", "福建省福州市鼓楼区****"),
    ],
)
def test_masks_of_rule_f3(mask: object, value: str, shown: str) -> None:
    assert mask(value) == shown  # type: ignore[operator]


def test_officials_with_need_see_six_and_four() -> None:
    assert pd.mask_resident_number("11010519491231002X", need=True) == "110105********002X"


def test_names_are_compared_after_normalisation() -> None:
    assert pd.normalise_name(" 阿卜杜拉•买买提 ") == pd.normalise_name("阿卜杜拉·买买提")
    assert pd.normalise_name("ＬＩＮ　ｘｉａｏ") == "LINXIAO"
    assert pd.normalise_phone("+86 138-0013-8000") == "13800138000"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["张三", " 阿卜杜拉•买买提", "Lin Ｘiao", "䶮㛃𬱖"])
def test_sql_and_python_normalise_alike(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customs_plain_name(%s), customs_mask_name(%s)", [name, name])
        assert cursor.fetchone() == (pd.normalise_name(name), pd.mask_name(name))


def test_encryption_returns_the_text_and_never_the_same_token() -> None:
    first, second = pd.encrypt("11010519491231002X"), pd.encrypt("11010519491231002X")
    assert first != second
    assert pd.decrypt(first) == pd.decrypt(second) == "11010519491231002X"
    assert "1101" not in first


def test_changed_or_moved_bytes_are_noticed() -> None:
    token = bytearray(pd.encrypt_bytes(b"raw message", b"digest-1"))
    with pytest.raises(InvalidTag):
        pd.decrypt_bytes(bytes(token), b"digest-2")
    token[-1] ^= 1
    with pytest.raises(InvalidTag):
        pd.decrypt_bytes(bytes(token), b"digest-1")


def test_keyed_hash_is_stable_and_identity_depends_on_number_and_name() -> None:
    assert pd.keyed_hash("a") == pd.keyed_hash("a") != pd.keyed_hash("b")
    one = pd.identity_hash("11010519491231002x", " 张三")
    assert one == pd.identity_hash("11010519491231002X", "张三")
    assert one != pd.identity_hash("11010519491231002X", "李四")
