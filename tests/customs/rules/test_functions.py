"""Normalisation and masks are written twice, in Python and in SQL: both must say the same about every text."""

from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customs.rules import catalogue
from portal import personal_data

PAIRS: list[tuple[str, Callable[[str], str]]] = [
    ("customs_plain_name", personal_data.normalise_name),
    ("customs_plain_phone", personal_data.normalise_phone),
    ("customs_mask_name", personal_data.mask_name),
    ("customs_mask_phone", personal_data.mask_phone),
    ("customs_mask_address", personal_data.mask_address),
]
CHARACTERS = st.text(
    st.one_of(
        st.sampled_from("林伟明阿依古丽·•・∙‧ 　\tabcXYZ0123456789+-()０１２（）省市区县旗室号éßΩ"),
        st.characters(
            min_codepoint=0x20,
            max_codepoint=0x9FFF,
            exclude_categories=("Cs", "Cn", "Lm", "Cf", "Zs", "Zl", "Zp"),
        ),
    ),
    min_size=1,
    max_size=24,
)


def in_sql(function: str, values: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(v) FROM unnest(%s::text[]) WITH ORDINALITY u(v, n) ORDER BY n",  # noqa: S608 -- names above
            [values],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize(("function", "python"), PAIRS)
def test_known_texts(function: str, python: Callable[[str], str]) -> None:
    texts = [
        "林",
        "林伟",
        "林伟明",
        "阿依·古丽",
        "阿依•古丽",
        " 林　伟 ",
        "+86 138-0013-8000",
        "8613800138000",
        "0591-87654321",
    ]
    texts += [
        "福建省福州市鼓楼区五四路1号",
        "上海市浦东新区世纪大道8号",
        "某地",
        "１３８００１３８０００",
        "abc",
    ]
    assert in_sql(function, texts) == [python(text) for text in texts]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHARACTERS, min_size=1, max_size=20))
@pytest.mark.django_db
@pytest.mark.parametrize(("function", "python"), PAIRS[1:])
def test_drawn_texts(function: str, python: Callable[[str], str], values: list[str]) -> None:
    assert in_sql(function, values) == [python(value) for value in values]


def test_every_rule_says_what_is_wrong_which_field_and_where_it_is_written() -> None:
    for code, rule in catalogue().items():
        assert code == rule.code
        assert str(rule.title), code
        assert str(rule.sentence).endswith("。"), code
        assert rule.basis, code
