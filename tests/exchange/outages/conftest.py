"""Outages measured by the status process's own memory, explained and confirmed the way officials do."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exchange.models import Outage
from exchange.selectors.outages import forget_outages
from exchange.services.outages import confirm_outages, explain_outages, import_outages
from portal import rules
from portal.codes import load_rules
from portal.models import Agency, Post, User
from portal.status import PARTS, Watch

NIGHT = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
"""09:00 in Fuzhou, a Tuesday."""
WELL = dict.fromkeys(PARTS, "up")
CAUSE = "数据库主机故障切换"
Measuring = Callable[..., Outage]


@pytest.fixture(autouse=True)
def fresh_outages() -> Iterator[None]:
    """The process copy belongs to another test's database."""
    forget_outages()
    yield
    forget_outages()


@pytest.fixture
def officials(db: None) -> dict[str, User]:
    """A clerk, a reviewer and a chief of customs, which runs the exchange; a chief of tax, who has nothing to say about it."""
    load_rules()
    rules.refresh(force=True)
    found = {}
    for code, role in (("gacc", "clerk"), ("gacc", "reviewer"), ("gacc", "chief"), ("tax", "foreign")):
        agency, _new = Agency.objects.get_or_create(code=code, defaults={"name": code, "name_en": code})
        found[role] = User.objects.create_user(role, first_name=role)
        Post.objects.create(user=found[role], agency=agency, role="chief" if role == "foreign" else role)
    return found


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    found = Watch(tmp_path)
    found.recall()
    return found


@pytest.fixture
def measured(watch: Watch, officials: dict[str, User]) -> Measuring:
    """Let a part fail for some minutes and take the outage over; confirmed on request."""

    def make(
        part: str = "web", began: datetime = NIGHT, minutes: int = 90, *, confirmed: bool = False
    ) -> Outage:
        watch.note({**WELL, part: "down"}, began)
        watch.note(WELL, began + timedelta(minutes=minutes))
        import_outages(watch.folder)
        outage = Outage.objects.get(part=part, began_at=began)
        if confirmed:
            explain_outages(ids=[outage.pk], cause=CAUSE, actor=officials["clerk"])
            confirm_outages(ids=[outage.pk], actor=officials["chief"])
            forget_outages()
            outage.refresh_from_db()
        return outage

    return make
