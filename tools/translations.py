"""Translations: `python -m tools.translations update | check | compile`.

Chinese is the source language, so a message id is the Chinese sentence. `update` rewrites the English catalogue
from the sources, `check` fails when a sentence has no English (or the catalogue is stale), `compile` writes the
binary catalogue that Django reads. Needs no gettext binaries: Babel reads and writes the catalogues.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
SOURCES = ("portal", "exchange", "filing", "customs", "sandbox", "templates")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
COMMENT = re.compile(r" #[^\n]*(?=\n)")
"""What Django's converter makes of a template comment; on one line it would hide all that follows."""

SPACES = re.compile(r"\s+")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def source_texts() -> Iterator[tuple[str, bytes]]:
    """Every source file as Python text: templates go through Django's own converter first."""
    from django.utils.translation.template import templatize

    for top in SOURCES:
        for path in sorted((ROOT / top).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix == ".py" and "/migrations/" not in name:
                yield name, path.read_bytes()
            elif path.suffix in {".html", ".txt"} and top == "templates":
                # Template text becomes filler; on one line its indentation means nothing.
                text = templatize(path.read_text("utf-8"), origin=name)
                yield name, SPACES.sub(" ", COMMENT.sub("", text)).encode()


def extracted() -> Catalog:
    """A fresh catalogue of every marked sentence, without line numbers (they change too often)."""
    catalog = Catalog(locale="en", project="single-window", fuzzy=False)
    for name, text in source_texts():
        for _line, message, _comments, context in extract("python", io.BytesIO(text), keywords=KEYWORDS):
            catalog.add(message, locations=[(name, None)], context=context)
    return catalog


def merged() -> Catalog:
    """The sources' sentences with the English that the stored catalogue has for them."""
    fresh = extracted()
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as stored_file:
            stored = read_po(stored_file, locale="en")
        for message in fresh:
            known = stored.get(message.id, message.context) if message.id else None
            if known is not None and known.string:
                message.string = known.string
    return fresh


def written(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, omit_header=True, sort_output=True, width=0)
    header = b'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n'
    header += (
        b'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    return header + buffer.getvalue()


def problems(catalog: Catalog) -> list[str]:
    """Sentences without English and English whose placeholders differ from the Chinese."""
    found = []
    for message in catalog:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(strings):
            found.append(f"no English: {ids[0]!r}")
        elif any(set(PLACEHOLDER.findall(ids[-1])) != set(PLACEHOLDER.findall(s)) for s in strings):
            found.append(f"placeholders differ: {ids[0]!r}")
    return found


def check() -> int:
    catalog = merged()
    found = problems(catalog)
    if not CATALOGUE.exists() or CATALOGUE.read_bytes() != written(catalog):
        found.append("the catalogue is stale: run `python -m tools.translations update`")
    print(*found, sep="\n")
    print(f"translations: {len(catalog)} sentences, {len(found)} problems")
    return 1 if found else 0


def compile_catalogue() -> int:
    with CATALOGUE.open("rb") as source:
        catalog = read_po(source, locale="en")
    with CATALOGUE.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalog)
    return 0


def update() -> int:
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(written(merged()))
    return compile_catalogue()


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    commands = {"update": update, "check": check, "compile": compile_catalogue}
    sys.exit(commands[sys.argv[1]]())
