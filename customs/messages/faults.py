"""What can be wrong with a message: stable codes, sentences in Chinese and English, and the basis of each."""

from dataclasses import dataclass

SPECIFICATION = "海关跨境电商统一版系统企业对接报文规范 202205, chapters 2-3"
PARAMETERS = "海关参数代码表 (interface specification 202205, column “code table”)"
GB_11643 = "GB 11643-1999 公民身份号码"


@dataclass(frozen=True, slots=True)
class Sentence:
    """How a fault is told. `field` is what it speaks of; `basis` the document that asks for it."""

    zh: str
    en: str
    field: str
    basis: str


SENTENCES: dict[str, Sentence] = {
    "CEB.SCHEMA.MISSING": Sentence(
        "缺少必填项：{label}（{name}）",
        "The required element {name} is missing",
        "any required element",
        SPECIFICATION,
    ),
    "CEB.SCHEMA.UNEXPECTED": Sentence(
        "元素 {value} 不应出现在此处；应为：{expected}",
        "The element {value} is not expected here; expected: {expected}",
        "any element",
        SPECIFICATION,
    ),
    "CEB.SCHEMA.EMPTY": Sentence(
        "必填项不能为空", "A required value is empty", "any required element", SPECIFICATION
    ),
    "CEB.SCHEMA.LENGTH": Sentence(
        "长度不符：现为 {length} 个字符，规定为 {limit} 个字符",
        "The length is wrong: {length} characters, permitted {limit}",
        "text",
        SPECIFICATION,
    ),
    "CEB.SCHEMA.VALUE": Sentence(
        "取值“{value}”不在允许范围内；允许：{allowed}",
        "The value “{value}” is not permitted; permitted: {allowed}",
        "elements with listed values",
        SPECIFICATION,
    ),
    "CEB.SCHEMA.PATTERN": Sentence(
        "格式不符：{value}",
        "The format is wrong: {value}",
        "codes, dates and times",
        SPECIFICATION,
    ),
    "CEB.SCHEMA.NUMBER": Sentence(
        "不是有效数值：{value}",
        "Not a valid number: {value}",
        "amounts, quantities and counts",
        SPECIFICATION,
    ),
    "CEB.SCHEMA.ATTRIBUTE": Sentence(
        "属性缺失或不符：{value}",
        "An attribute is missing or wrong: {value}",
        "@guid, @version",
        SPECIFICATION,
    ),
    "CEB.SCHEMA.OTHER": Sentence(
        "不符合报文规范：{value}",
        "Does not follow the message specification: {value}",
        "any element",
        SPECIFICATION,
    ),
    "CEB.MOMENT": Sentence(
        "日期或时间不存在：{value}",
        "There is no such date or time: {value}",
        "dates and times",
        SPECIFICATION,
    ),
    "CEB.CODE.CURRENCY": Sentence(
        "币制代码不在代码表中：{value}",
        "The currency code is not in the code table: {value}",
        "currency, fCurrency, iCurrency",
        PARAMETERS,
    ),
    "CEB.CODE.COUNTRY": Sentence(
        "国家（地区）代码不在代码表中：{value}",
        "The country code is not in the code table: {value}",
        "country, tradeCountry",
        PARAMETERS,
    ),
    "CEB.CODE.UNIT": Sentence(
        "计量单位代码不在代码表中：{value}",
        "The unit code is not in the code table: {value}",
        "unit, unit1, unit2",
        PARAMETERS,
    ),
    "CEB.CODE.CUSTOMS_DISTRICT": Sentence(
        "关区代码不在代码表中：{value}",
        "The customs office code is not in the code table: {value}",
        "customsCode, portCode",
        PARAMETERS,
    ),
    "CEB.CODE.SUPERVISION_MODE": Sentence(
        "监管方式代码不在代码表中：{value}",
        "The supervision mode is not in the code table: {value}",
        "tradeMode",
        PARAMETERS,
    ),
    "CEB.CODE.TRANSPORT_MODE": Sentence(
        "运输方式代码不在代码表中：{value}",
        "The transport mode is not in the code table: {value}",
        "trafMode",
        PARAMETERS,
    ),
    "CEB.CODE.WRAP_TYPE": Sentence(
        "包装种类代码不在代码表中：{value}",
        "The packing code is not in the code table: {value}",
        "wrapType",
        PARAMETERS,
    ),
    "CEB.ID.LENGTH": Sentence(
        "身份证号码应为18位", "A resident number has 18 characters", "buyerIdNumber, payerIdNumber", GB_11643
    ),
    "CEB.ID.CHECK": Sentence(
        "身份证号码校验位不符（GB 11643-1999）",
        "The check character of the resident number is wrong (GB 11643-1999)",
        "buyerIdNumber, payerIdNumber",
        GB_11643,
    ),
    "CEB.ID.DATE": Sentence(
        "身份证号码中的出生日期不存在",
        "The birth date in the resident number does not exist",
        "buyerIdNumber, payerIdNumber",
        GB_11643,
    ),
    "CEB.ID.FUTURE": Sentence(
        "身份证号码中的出生日期晚于业务日期",
        "The birth date in the resident number lies in the future",
        "buyerIdNumber, payerIdNumber",
        GB_11643,
    ),
    "CEB.ID.REGION": Sentence(
        "身份证号码中的行政区划代码不存在",
        "The region in the resident number does not exist",
        "buyerIdNumber, payerIdNumber",
        GB_11643,
    ),
    "CEB.ID.TYPE": Sentence(
        "证件类型仅支持身份证（1）",
        "Only resident identity cards (1) are accepted",
        "buyerIdType, payerIdType",
        SPECIFICATION,
    ),
    "CEB.LINE.REPEATED": Sentence(
        "商品序号重复：{value}", "The line number occurs twice: {value}", "gnum", SPECIFICATION
    ),
    "CEB.DUPLICATE": Sentence(
        "同一报文内业务主键重复：{value}",
        "The business key occurs twice in the message: {value}",
        "the business key of the document",
        SPECIFICATION,
    ),
}
"""Codes are stable: senders' programs know them."""


@dataclass(frozen=True, slots=True)
class MessageError:
    """One fault: `path` leads to the element, e.g. `/CEB311Message/Order[2]/OrderHead/currency`."""

    path: str
    code: str
    message_zh: str
    message_en: str


def fault(path: str, code: str, **values: str) -> MessageError:
    """A fault in words; `values` fill the places of its sentences."""
    sentence = SENTENCES[code]
    return MessageError(path, code, sentence.zh.format(**values), sentence.en.format(**values))
