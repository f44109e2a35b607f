"""Loads every template once: `python -m tools.sw.templates`. A misspelt tag fails here, not at the reader's."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def problems() -> list[str]:
    """One line for each template that does not parse."""
    from django.template import TemplateDoesNotExist, TemplateSyntaxError
    from django.template.loader import get_template

    found = []
    for folder in [ROOT / "templates", *sorted(ROOT.glob("*/templates"))]:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                try:
                    get_template(name)
                except (TemplateSyntaxError, TemplateDoesNotExist, UnicodeDecodeError) as error:
                    found.append(f"{name}: {type(error).__name__}: {error}")
    return found


def main() -> int:
    import django

    django.setup()
    found = problems()
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
