"""The self-diagnosis page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from filing.rules.diagnosis import STOPS, WARNING, diagnosis
from filing.selectors.standing import standing_of
from filing.services.cases import Applicant
from filing.views.access import for_applicant

TONES = {STOPS: "bad", WARNING: "warn"}


@require_safe
@for_applicant
def page(request: HttpRequest, who: Applicant) -> HttpResponse:
    """Why the enterprise is not approved or cannot declare, and what helps."""
    seen = standing_of(who.organisation_id, who.user.pk if who.user else None, timezone.localdate())
    answers = [
        (one, TONES.get(one.state, "good"), reverse(one.page, args=one.arguments) if one.page else "")
        for one in diagnosis(seen)
    ]
    stops = sum(one.state == STOPS for one, _tone, _url in answers)
    return render(request, "filing/diagnosis.html", {"seen": seen, "answers": answers, "stops": stops})
