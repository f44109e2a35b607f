"""House rules that no linter knows. Each test names the rule it holds; CONTRIBUTING.md explains them."""

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import loader

from portal.letters import IMPERSONAL, placeholders, text_rows

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "exchange", "filing", "customs", "sandbox")
ALL_APPS = (
    *APPS,
    "credit",
    "facilities",
    "inspection",
    "forex",
    "taxrefund",
    "traceability",
    "programmes",
    "reporting",
)
NOT_APPS = {"tools", "benchmarks", "tests"}
PORTAL_FILES = {
    "settings",
    "urls",
    "celery",
    "wsgi",
    "context_processors",
    "problems",
    "people",
    "audit",
    "audit_trail",
    "audit_subjects",
    "audit_export",
    "personal_data",
    "errors",
    "templatetags",
    "rules",
    "codes",
    "letters",
    "letters_delivery",
    "letters_digest",
    "letters_inbox",
    "letters_outbox",
    "documents",
    "attachments",
    "limits",
    "workbench",
    "console",
    "middleware",
    "back_office",
    "working_days",
    "desk",
    "metrics",
    "rights",
    "site",
    "standing",
    "standing_register",
    "status",
}
APP_FILES = {
    "apps",
    "management",
    "migrations",
    "data",
    "urls",
    "views",
    "console",
    "api",
    "admin",
    "tasks",
    "handlers",
    "workbench",
    "forms",
    "services",
    "agencies",
    "documents",
    "rules",
    "matching",
    "pipeline",
    "selectors",
    "workflow",
    "permissions",
    "models",
    "messages",
    "events",
    "tables",
    "enums",
}
FORBIDDEN_NAMES = re.compile(r"^(utils?|helpers?|managers?|common|misc|data\d*|stuff)$")
FILE_WALL = 500
FUNCTION_WALL = 50


def sources(*tops: str) -> Iterator[Path]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_top_level_package_is_in_the_import_contract() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    layers = set(re.findall(r"[a-z]+", config["importlinter:contract:apps"]["layers"]))
    assert layers == set(ALL_APPS)
    packages = {p.parent.name for p in ROOT.glob("*/__init__.py")} - NOT_APPS
    assert packages == set(APPS)
    assert packages == set(config["importlinter"]["root_packages"].split())


@pytest.mark.parametrize("app", APPS)
def test_files_of_an_app_have_planned_names(app: str) -> None:
    planned = APP_FILES | PORTAL_FILES if app == "portal" else APP_FILES
    found = {
        p.stem
        for p in (ROOT / app).iterdir()
        if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__")
    }
    assert found - planned - {"__init__"} == set()


def test_no_module_is_called_helper() -> None:
    names = [name_of(p) for p in sources(*APPS, "tools", "benchmarks") if FORBIDDEN_NAMES.match(p.stem)]
    assert names == []


def test_files_stay_below_the_wall() -> None:
    tops = (*APPS, "tools", "benchmarks", "tests")
    long_files = {
        name_of(p): n for p in sources(*tops) if (n := p.read_text("utf-8").count("\n")) > FILE_WALL
    }
    assert long_files == {}


def test_functions_stay_below_the_wall() -> None:
    tops = (*APPS, "tools", "benchmarks", "tests")
    long_functions = {
        f"{name_of(p)}:{f.name}": n
        for p in sources(*tops)
        for f in functions(p)
        if (n := (f.end_lineno or 0) - f.lineno + 1) > FUNCTION_WALL
    }
    assert long_functions == {}


def test_status_changes_only_through_the_workflow_module() -> None:
    assignment = re.compile(r"^\s+(?!self\.status)\w+(\.\w+)*\.(status|state)\s*=[^=]", re.MULTILINE)
    offenders = [
        name_of(p)
        for p in sources(*APPS)
        if p.name != "workflow.py" and assignment.search(p.read_text("utf-8"))
    ]
    assert offenders == []


def test_no_bare_exception_is_swallowed() -> None:
    offenders = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources(*APPS)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler) and swallows_everything(node)
    ]
    assert offenders == []


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    """Catches all exceptions without raising again."""
    catches = handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )
    return catches and not any(isinstance(inner, ast.Raise) for inner in ast.walk(handler))


def test_every_message_has_a_sample_and_a_page() -> None:
    codes = {p.stem for p in (ROOT / "customs/messages").glob("ceb[0-9]*.py")}
    assert len(codes) >= 17
    samples = {
        p.name.split("-")[0].split("Message")[0].lower()
        for p in (ROOT / "tests/customs/messages/samples").glob("*.xml")
    }
    assert codes - samples == set()
    pages = {p.stem for p in (ROOT / "docs/messages").glob("ceb*.md")}
    assert codes - pages == set()


def test_every_rule_is_named_in_a_test() -> None:
    from customs.rules import catalogue

    text = "\n".join(p.read_text("utf-8") for p in (ROOT / "tests/customs").rglob("*.py"))
    assert len(catalogue()) >= 25
    untested = [code for code in catalogue() if code not in text and code.replace(".", "_") not in text]
    assert untested == []


def test_every_queue_and_action_has_a_permission() -> None:
    from portal.workbench import registry

    queues = list(registry.queues())
    assert queues
    assert [q.code for q in queues if not q.permission] == []
    assert [a.code for q in queues for a in q.actions if not a.permission] == []


def test_every_kind_of_task_is_in_the_data_catalogue() -> None:
    """A kind without fields in `exchange/data/shared_fields.csv` would reach its agency empty (docs/how-to/share-data.md)."""
    from exchange.enums import TaskKind
    from exchange.selectors.catalogue import shared_fields

    assert [kind for kind in TaskKind.values if not shared_fields().get(f"task.{kind}")] == []


def test_every_template_has_a_user() -> None:
    """Named in Python or in another template; allauth finds its own by path, error pages by Django, components by tag."""
    texts = "\n".join(
        p.read_text("utf-8")
        for top in (*APPS, "templates", "tests")
        for p in (ROOT / top).rglob("*")
        if p.suffix in {".py", ".html"}
    )
    found_by_path = (
        "account/",
        "mfa/",
        "allauth/",
        "400.html",
        "403.html",
        "404.html",
        "429.html",
        "500.html",
        "admin/",
    )
    names = [str(p.relative_to(ROOT / "templates")) for p in sorted((ROOT / "templates").rglob("*.html"))]
    unused = [
        name
        for name in names
        if not name.startswith(found_by_path)
        and name not in texts
        and not (name.startswith("portal/components/") and name.rsplit("/", 1)[1] in texts)
        and not chosen_by_name(name, texts)
    ]
    assert unused == []


def chosen_by_name(name: str, texts: str) -> bool:
    """A view puts the name together: `f"folder/{which}.html"` with `"which"` somewhere."""
    folder, stem = name.rsplit("/", 1)
    return f'f"{folder}/{{' in texts and f'"{stem.removesuffix(".html")}"' in texts


def test_every_template_parses() -> None:
    names = [str(p.relative_to(ROOT / "templates")) for p in (ROOT / "templates").rglob("*.html")]
    assert len(names) > 20
    for name in names:
        assert loader.get_template(name) is not None


def test_every_periodic_task_exists_and_its_queue_has_a_worker() -> None:
    import importlib

    from portal.celery import app

    schedule = {**getattr(settings, "CELERY_BEAT_SCHEDULE", {}), **(app.conf.beat_schedule or {})}
    assert schedule
    for application in APPS:
        if (ROOT / application / "tasks.py").exists():
            importlib.import_module(f"{application}.tasks")
    consumed = worker_queues()
    for entry in schedule.values():
        assert entry["task"] in app.tasks, entry["task"]
        queue = entry.get("options", {}).get("queue") or app.conf.task_default_queue
        assert queue in consumed


def worker_queues() -> set[str]:
    """Queues named in any worker command of docker-compose.yml."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    return {
        name for group in re.findall(r"(?:-Q|--queues)[ =\"',]+([a-z,]+)", text) for name in group.split(",")
    }


def test_whoever_unmasks_states_a_purpose() -> None:
    """A service that audits the showing of personal data asks `stated_purpose` first (PIPL article 6)."""
    services = [p for p in sources(*APPS) if "services" in p.parts]
    unmasking = [p for p in services if "Verb.PERSONAL_DATA_SHOWN" in p.read_text("utf-8")]
    assert len(unmasking) >= 2
    assert [name_of(p) for p in unmasking if "stated_purpose(" not in p.read_text("utf-8")] == []


def test_product_speaks_of_itself_alone() -> None:
    """No machine paths, no hosts of package mirrors, nothing about how the work is organised."""
    words = re.compile(r"/work/|/root/|\.library/|simple/? ?index-url", re.IGNORECASE)
    offenders = [
        name_of(p)
        for p in ROOT.rglob("*")
        if p.suffix in {".py", ".md", ".html", ".toml", ".yml", ".css", ".js", ".sh"}
        and not {".venv", "var", ".git", "node_modules"} & set(p.relative_to(ROOT).parts)
        and p.name != "test_house_rules.py"
        and words.search(p.read_text("utf-8"))
    ]
    assert offenders == []


def calls_of_send() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of `portal.letters.send` in the sources, under either of its names."""
    for path in sources(*APPS):
        text = path.read_text("utf-8")
        names = {"letters.send"} | (
            {"send"} if re.search(r"from portal\.letters import .*\bsend\b", text) else set()
        )
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names and node.args:
                yield path, node


def keys_of_params(call: ast.Call) -> set[str] | None:
    """Names of the parameters, where the call spells them out."""
    params = next((keyword.value for keyword in call.keywords if keyword.arg == "params"), None)
    if params is None:
        return set()
    if not isinstance(params, ast.Dict) or None in params.keys:
        return None
    return {key.value for key in params.keys if isinstance(key, ast.Constant)}


def test_every_code_sent_has_a_text_and_every_placeholder_a_parameter() -> None:
    texts = {row.code: placeholders(row.title_zh, row.body_zh, row.sms_zh) for row in text_rows()}
    sent = [(path, call) for path, call in calls_of_send() if isinstance(call.args[0], ast.Constant)]
    assert len(sent) >= 3
    for path, call in sent:
        code, keys = call.args[0].value, keys_of_params(call)  # type: ignore[attr-defined]
        assert code in texts, f"{path}: {code}"
        assert keys is None or texts[code] <= keys, f"{path}: {code}: {sorted(texts[code] - keys)}"


def test_every_text_is_complete_in_both_languages_and_names_the_same_placeholders() -> None:
    for row in text_rows():
        assert "" not in {row.title_zh, row.title_en, row.body_zh, row.body_en, row.source}, row.code
        assert placeholders(row.title_zh) == placeholders(row.title_en), row.code
        assert placeholders(row.body_zh) == placeholders(row.body_en), row.code
        assert placeholders(row.sms_zh) == placeholders(row.sms_en), row.code
        assert placeholders(row.title_zh, row.sms_zh) <= IMPERSONAL, row.code
        assert bool(row.sms_zh) == bool(row.sms_en), row.code


def test_codes_are_unique_over_all_apps() -> None:
    codes = [row.code for row in text_rows()]
    assert sorted(set(codes)) == sorted(codes)


def test_sentences_are_marked_by_the_names_the_catalogue_reads() -> None:
    """A sentence marked by a name of one's own is never translated."""
    renamed = re.compile(r"\bn?p?gettext\w* as (?!_\b)\w+")
    assert [name_of(path) for path in sources(*APPS) if renamed.search(path.read_text("utf-8"))] == []
