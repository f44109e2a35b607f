"""The component set as template tags: `{% load ui %}`. Each component's template says its parameters at the top.

All are shown on `/design/`. Texts given to a tag are already translated.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from portal.people import demo_accounts as accounts_of_the_demo
from portal.people import demo_code as code_of_the_demo
from portal.site import help_code

register = template.Library()
Text = str | Promise
PARTS = "portal/components/"

TONES = {
    "good": "good",
    "bad": "bad",
    "held": "warn",
    "warn": "warn",
    "info": "info",
    "late": "bad",
    "soon": "warn",
    "note": "info",
}
"""Colour of a state; every state also has its word, so colour is never the only sign."""


def tone_class(tone: Text) -> str:
    """One of the colours, "plain" for an unknown tone."""
    return TONES.get(str(tone), "plain")


@register.inclusion_tag(f"{PARTS}icon.html")
def icon(name: str, label: Text = "") -> dict[str, Any]:
    return {"name": name, "label": label}


@register.inclusion_tag(f"{PARTS}button.html")
def button(label: Text, href: str = "", tone: str = "primary", **options: Any) -> dict[str, Any]:
    """Options: type, name, value, icon, form, disabled, opens (id of a dialog)."""
    known = {
        "type": "submit",
        "name": "",
        "value": "",
        "icon": "",
        "form": "",
        "disabled": False,
        "opens": "",
    }
    return {"label": label, "href": href, "tone": tone, **known, **options}


@register.inclusion_tag(f"{PARTS}status_tag.html")
def status_tag(label: Text, tone: str = "") -> dict[str, Any]:
    return {"label": label, "tone": tone_class(tone)}


@register.inclusion_tag(f"{PARTS}notice.html")
def notice(text: Text, tone: str = "info", title: Text = "") -> dict[str, Any]:
    return {"text": text, "title": title, "tone": tone_class(tone), "urgent": tone == "bad"}


@register.inclusion_tag(f"{PARTS}stat.html")
def stat(
    label: Text, value: Any, unit: Text = "", hint: Text = "", href: str = "", tone: str = ""
) -> dict[str, Any]:
    return {
        "label": label, "value": value, "unit": unit, "hint": hint, "href": href, "tone": tone_class(tone),
    }  # fmt: skip


@register.inclusion_tag(f"{PARTS}empty_state.html")
def empty_state(
    title: Text, text: Text = "", action: Text = "", href: str = "", picture: str = "inbox"
) -> dict[str, Any]:
    return {"title": title, "text": text, "action": action, "href": href, "picture": picture}


@register.inclusion_tag(f"{PARTS}error_summary.html")
def error_summary(form: BaseForm | None = None, errors: Iterable[tuple[str, Text]] = ()) -> dict[str, Any]:
    """Of a form, or of (id of the field or "", sentence) pairs."""
    return {"errors": [*form_errors(form), *errors]}


def form_errors(form: BaseForm | None) -> list[tuple[str, str]]:
    if form is None or not form.is_bound:
        return []
    found = [("", str(error)) for error in form.non_field_errors()]
    for bound in form.visible_fields():
        found += [(bound.id_for_label, f"{bound.label}：{error}") for error in bound.errors]
    return found


@register.inclusion_tag(f"{PARTS}field.html")
def field(bound: BoundField, label: Text = "", hint: Text = "") -> dict[str, Any]:
    kind = getattr(bound.field.widget, "input_type", "")
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint,
        "tick": kind == "checkbox",
        "group": kind == "radio",
    }


@register.inclusion_tag(f"{PARTS}pagination.html")
def pagination(previous: str = "", following: str = "", summary: Text = "") -> dict[str, Any]:
    """Query strings of the neighbouring pages, "" where there is none."""
    return {"previous": previous, "following": following, "summary": summary}


@register.inclusion_tag(f"{PARTS}breadcrumb.html")
def breadcrumb(*steps: Any) -> dict[str, Any]:
    """`{% breadcrumb label url label url … here %}`: pairs, then the name of this page."""
    *pairs, here = steps
    return {"steps": list(zip(pairs[::2], pairs[1::2], strict=True)), "here": here}


@register.inclusion_tag(f"{PARTS}masked.html")
def masked(value: Text, label: Text = "") -> dict[str, Any]:
    return {"value": value, "label": label or gettext("已脱敏")}


@register.inclusion_tag(f"{PARTS}key_values.html")
def key_values(items: Iterable[tuple[Text, Any]]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag(f"{PARTS}diff_field.html")
def diff_field(label: Text, values: Iterable[tuple[Text, Any, bool]], word: Text = "") -> dict[str, Any]:
    """Values are (document, value, differs); `word` says what a difference is here (else “不一致”)."""
    shown = list(values)
    differs = any(differing for _name, _value, differing in shown)
    return {"label": label, "values": shown, "differs": differs, "word": word or gettext("不一致")}


@register.inclusion_tag(f"{PARTS}timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """Entries have at, title, text, tone (objects or dictionaries), newest last."""
    return {"entries": [TimelineEntry.of(entry) for entry in entries]}


@dataclass(frozen=True)
class TimelineEntry:
    """One event as the template shows it."""

    at: Any
    title: Text
    text: Text
    tone: str
    url: str
    code: str
    actor: str

    @classmethod
    def of(cls, entry: Any) -> "TimelineEntry":
        def read(name: str) -> Any:
            return entry.get(name, "") if isinstance(entry, dict) else getattr(entry, name, "")

        return cls(
            read("at"),
            read("title"),
            read("text"),
            tone_class(read("tone")),
            read("url"),
            read("code"),
            read("actor"),
        )


@register.inclusion_tag(f"{PARTS}steps.html")
def steps(items: Sequence[Text], current: int) -> dict[str, Any]:
    """`current` counts from 1; one more than the number of steps = all done."""
    return {"items": [(number, label, _step(number, current)) for number, label in enumerate(items, 1)]}


def _step(number: int, current: int) -> str:
    if number == current:
        return "current"
    return "done" if number < current else "todo"


@register.inclusion_tag(f"{PARTS}file_drop.html")
def file_drop(
    name: str, label: Text, hint: Text = "", accept: str = "", multiple: bool = True, error: Text = ""
) -> dict[str, Any]:
    return {
        "name": name, "label": label, "hint": hint, "accept": accept, "multiple": multiple, "error": error,
    }  # fmt: skip


@register.inclusion_tag(f"{PARTS}progress.html")
def progress(label: Text, value: int, maximum: int = 100, key: str = "progress") -> dict[str, Any]:
    return {"label": label, "value": value, "maximum": maximum, "key": key}


@register.inclusion_tag(f"{PARTS}copy_button.html")
def copy_button(text: str, label: Text = "") -> dict[str, Any]:
    return {"text": text, "label": label or gettext("复制")}


@register.inclusion_tag(f"{PARTS}confirm.html", takes_context=True)
def confirm(
    context: template.Context, key: str, title: Text, text: Text, action: Text, url: str, tone: str = "danger"
) -> dict[str, Any]:
    """A dialog that posts to `url`; opened by `{% button … opens=key type="button" %}`."""
    return {
        "key": key, "title": title, "text": text, "action": action, "url": url, "tone": tone,
        "csrf_token": context.get("csrf_token", ""),
    }  # fmt: skip


@register.inclusion_tag(f"{PARTS}chart.html")
def bar_chart(
    title: Text, rows: Iterable[tuple[Text, float]], unit: Text = "", key: str = "chart"
) -> dict[str, Any]:
    """Horizontal bars drawn on the server, with the table of the same numbers behind them."""
    data = list(rows)
    largest = max((value for _label, value in data), default=0) or 1
    bars = [
        {"label": label, "value": value, "y": 8 + 36 * place, "text_y": 26 + 36 * place,
         "width": max(round(420 * value / largest), 2), "end": max(round(420 * value / largest), 2) + 158}
        for place, (label, value) in enumerate(data)
    ]  # fmt: skip
    return {"title": title, "bars": bars, "unit": unit, "key": key, "height": 36 * len(data) + 8}


@register.inclusion_tag(f"{PARTS}table.html")
def table(
    caption: Text, columns: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]], empty: Text = ""
) -> dict[str, Any]:
    """Columns: label, kind, query, direction. Rows: url, cells (text or {label, tone})."""
    heads = [{"kind": "", "query": "", "direction": "", **column} for column in columns]
    lines = [{"url": row.get("url", ""), "cells": _cells(heads, row["cells"])} for row in rows]
    return {"caption": caption, "columns": heads, "rows": lines, "empty": empty or gettext("没有记录。")}


def _cells(columns: Sequence[dict[str, Any]], values: Sequence[Any]) -> list[dict[str, Any]]:
    cells = []
    for column, value in zip(columns, values, strict=True):
        state = value if isinstance(value, dict) else None
        tone = tone_class(state.get("tone", "")) if state else ""
        shown = state["label"] if state else value
        cells.append({"label": column["label"], "kind": column["kind"], "value": shown, "tone": tone})
    return cells


@register.inclusion_tag(f"{PARTS}sort_heading.html")
def sort_heading(label: Text, query: str, direction: str, kind: str = "") -> dict[str, Any]:
    """A `<th>`; direction is ascending, descending, none or "" (not sortable)."""
    return {"label": label, "query": query, "direction": direction, "kind": kind}


@register.inclusion_tag(f"{PARTS}filter_bar.html")
def filter_bar(fields: Sequence[dict[str, Any]], action: str = "", reset: str = "") -> dict[str, Any]:
    """Fields: name, label, value, kind (search, date, select) and choices of (value, label)."""
    shown = [{"kind": "search", "value": "", "choices": (), "hint": "", **one} for one in fields]
    return {"fields": shown, "action": action, "reset": reset}


@register.simple_tag
def demo_accounts() -> list[dict[str, Any]]:
    """Accounts of the demo; [] outside demo mode."""
    return accounts_of_the_demo()


@register.simple_tag
def demo_code(user: Any) -> dict[str, str]:
    """Secret and current code of a demo official; {} outside demo mode."""
    return code_of_the_demo(user) if user else {}


@register.simple_tag(takes_context=True)
def help_address(context: template.Context) -> str:
    """Address of the help for the screen that is shown, "" where there is none."""
    match = getattr(context.get("request"), "resolver_match", None)
    code = help_code(match.view_name) if match else ""
    try:
        return reverse("screen_help", args=[code]) if code else ""
    except NoReverseMatch:
        return ""


@register.filter
def tone(value: Text) -> str:
    """CSS name of a tone, for markup that is not made by a tag."""
    return tone_class(value)


@register.filter
def trimmed(value: Decimal) -> str:
    """A number without needless zeros: 10, 0.125."""
    return f"{value.normalize():f}"
