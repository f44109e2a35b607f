"""Forms of the guided entry: built from the field tables, filled from what the draft holds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customs.forms import form_field, wire_text
from customs.messages.composing import MAY_BE_LEFT
from customs.messages.fields import Field, Kind, Store
from portal.personal_data import mask_address, mask_name, mask_phone, mask_resident_number
from portal.selectors import code_table

MASKS: dict[Kind, Callable[[str], str]] = {
    Kind.RESIDENT_NUMBER: mask_resident_number,
    Kind.PERSON: mask_name,
    Kind.PHONE: mask_phone,
    Kind.ADDRESS: mask_address,
}


class FactsForm(forms.Form):
    """One step of a draft, or one line. Nothing is required while it is a draft; personal data is not shown again, only its mask.

    `values()` gives what was typed, right or wrong: a draft keeps everything.
    """

    def __init__(
        self, fields: Sequence[Field], held: Mapping[str, str], data: Any = None, prefix: str | None = None
    ) -> None:
        self.table = {field.name: field for field in fields}
        self.held = held
        initial = {f.name: initial_of(f, held.get(f.name, "")) for f in fields if f.kind is Kind.PLAIN}
        super().__init__(data, prefix=prefix, initial=initial, use_required_attribute=False)
        for field in fields:
            self.fields[field.name] = self.made(field)

    def made(self, field: Field) -> forms.Field:
        """The field of the table: a list to choose from where there is a code table, else what is typed; masks instead of values."""
        found = coded_field(field) if field.wire.codes else form_field(field)
        found.required = False
        found.label_suffix = ""
        held = self.held.get(field.name, "")
        if field.kind is not Kind.PLAIN and held:
            mask = MASKS[field.kind](held)
            found.help_text = _("已填 %(mask)s；不改则留空。") % {"mask": mask}
        return found

    def full_clean(self) -> None:
        """Empty is allowed for every field here; afterwards those a document needs are marked again."""
        super().full_clean()
        self.mark_needed()

    def mark_needed(self) -> None:
        """“Optional” stands only where a document may do without."""
        for name, field in self.fields.items():
            if name in self.table:
                field.required = not (self.table[name].nullable or name in MAY_BE_LEFT)

    def values(self) -> dict[str, str]:
        """Wire name → text. Personal data left empty stays as it was."""
        self.is_valid()
        found = {}
        for name, field in self.table.items():
            raw = str(self.data.get(self.add_prefix(name), "")).strip()
            if not raw and field.kind is not Kind.PLAIN:
                continue
            if self.add_prefix(name) in self.data:
                found[name] = wire_text(self.cleaned_data[name]) if name in self.cleaned_data else raw
        return found


def coded_field(field: Field) -> forms.Field:
    """Codes with their names; what stands in no code table is refused by the check of the message too."""
    made = form_field(field)
    english = (get_language() or "").startswith("en")
    names = {code: en if english else zh for code, (zh, en) in sorted(code_table(field.wire.codes).items())}
    choices = [("", "—"), *((code, f"{code} {name}") for code, name in names.items())]
    return forms.ChoiceField(choices=choices, label=made.label, help_text=made.help_text)


def initial_of(field: Field, text: str) -> Any:
    """A wire text as its form field shows it; what was typed wrong is shown as typed."""
    formats = {Store.MOMENT: "%Y%m%d%H%M%S", Store.DAY: "%Y%m%d"}
    if not text or field.wire.store not in formats:
        return text
    try:
        moment = datetime.strptime(text, formats[field.wire.store])  # noqa: DTZ007 -- made aware below
    except ValueError:
        return text
    if field.wire.store is Store.DAY:
        return moment.strftime("%Y-%m-%d")
    return timezone.make_aware(moment).astimezone(timezone.get_current_timezone()).strftime("%Y-%m-%dT%H:%M")


def line_forms(
    fields: Sequence[Field], held: Sequence[Mapping[str, str]], data: Any = None
) -> list[FactsForm]:
    """A form for every line: as many as were sent, or as the draft holds."""
    count = len(held)
    if data is not None:
        sent = {key.split("-")[1] for key in data if key.startswith("line-") and key.count("-") == 2}
        count = max(
            (int(one) + 1 for one in sent if one.isascii() and one.isdigit() and len(one) < 3), default=0
        )
    nothing: dict[str, str] = {}
    return [
        FactsForm(fields, held[at] if at < len(held) else nothing, data, prefix=f"line-{at}")
        for at in range(count)
    ]
