"""Examples of every request and answer in the API's description, drawn from its schemas: a field's usual value by name, else by type.

Examples written at an operation win. Nobody has to write one for an operation to be shown with values that fit its schema.
"""

from typing import Any

DEEPEST = 12
"""Levels an example follows its schema."""

XML = (
    '<?xml version="1.0" encoding="UTF-8"?><ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb"'
    ' guid="4CDE1CFD-EDED-46B1-946C-B8022E42FC94" version="1.0">…</ceb:CEB311Message>'
)
MOMENT = "2026-11-28T09:30:00+08:00"
WORDS: dict[str, Any] = {
    "access_token": "q8Zk3rS0vN1xYw7eLmTfUc2bDhJp5a",
    "token_type": "Bearer",
    "expires_in": 3600,
    "grant_type": "client_credentials",
    "client_id": "demo-platform",
    "client_secret": "the-secret-you-were-given",
    "scope": "messages:write receipts:read",
    "uscc": "91350100M000100Y43",
    "cursor": "AAAAAAAABNIAAAAAAAAAEQ",
    "next": "AAAAAAAABNMAAAAAAAAAKg",
    "message_type": "CEB311Message",
    "guid": "4CDE1CFD-EDED-46B1-946C-B8022E42FC94",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "info": "[Code:2600;Desc:放行]",
    "district": "3501",
    "customs_code": "3501",
    "currency": "142",
    "gcode": "6109100021",
    "port": "3501",
    "trade_mode": "9610",
    "number": "35012016I000000042",
    "invt_no": "35012016I000000042",
    "order_no": "ORDER-OF-THE-EXAMPLE",
    "outcome": "answered",
    "url": "https://erp.example.org/hooks/single-window",
    "kinds": ["receipts"],
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "path": "/decisions/0/task",
    "code": "TASK.UNKNOWN",
    "type": "urn:single-window:problem:TASK.UNKNOWN",
    "title": "There is no such task.",
    "detail_zh": "没有此任务。",
    "detail_en": "There is no such task.",
    "message_zh": "没有此任务。",
    "message_en": "There is no such task.",
}
"""Usual values by name of the field; used where they fit the field's type and choices. No number of a real list is among them."""


def add_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook of drf-spectacular."""
    components = result.get("components", {}).get("schemas", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            holders = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
            for holder in holders:
                for kind, content in holder.get("content", {}).items():
                    fill(kind, content, components)
    return result


def fill(kind: str, content: dict[str, Any], components: dict[str, Any]) -> None:
    """An example for one content type, unless it has one or is a file."""
    if "example" in content or "examples" in content or kind == "application/octet-stream":
        return
    content["example"] = XML if kind.endswith("xml") else sample(content.get("schema", {}), "", components)


def sample(schema: dict[str, Any], name: str, components: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits a schema."""
    schema = resolved(schema, components)
    if depth > DEEPEST:
        return None
    choices = [one for one in schema.get("enum", []) if one not in (None, "")]
    usual = WORDS.get(name)
    if choices:
        return usual if usual in choices else choices[0]
    kind = kind_of(schema)
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: sample(value, key, components, depth + 1) for key, value in properties.items()}
    if kind == "array":
        items = resolved(schema.get("items", {}), components)
        fits = isinstance(usual, list) and (not items.get("enum") or set(usual) <= set(items["enum"]))
        return usual if fits else [sample(items, name, components, depth + 1)]
    return plain(kind, schema, usual)


def plain(kind: str, schema: dict[str, Any], usual: Any) -> Any:
    """A value without parts."""
    if kind == "string":
        form = schema.get("format", "")
        known = {"date-time": MOMENT, "date": MOMENT[:10], "uri": WORDS["url"], "decimal": "128.50"}
        if form in known:
            return known[form]
        return usual if isinstance(usual, str) else "128.50" if "pattern" in schema else "text"
    if kind in {"integer", "number"}:
        return usual if isinstance(usual, int) else schema.get("minimum", 17)
    return True if kind == "boolean" else None


def resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """The schema behind references; of several alternatives the first."""
    for _step in range(DEEPEST):
        if "$ref" in schema:
            schema = components[schema["$ref"].rsplit("/", 1)[1]]
        elif alternatives := next(
            (schema[key] for key in ("allOf", "oneOf", "anyOf") if key in schema), None
        ):
            schema = alternatives[0]
        else:
            break
    return schema


def kind_of(schema: dict[str, Any]) -> str:
    """The type; of several the first that is not null."""
    kind = schema.get("type", "object" if "properties" in schema else "")
    return next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
