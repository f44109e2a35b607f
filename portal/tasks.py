"""Background work of the platform. Tasks take ids, may run twice, and find their work in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from portal import audit, documents, events, letters_delivery, letters_outbox, standing
from portal.desk.absences import turn_absences
from portal.desk.requests import expire_requests
from portal.letters_digest import write_digests
from portal.services.invitations import mail_open_invitations

logger = logging.getLogger(__name__)


@shared_task(name="portal.dispatch_event")
def dispatch_event(event_id: int) -> None:
    """Run the handlers of one event (nudge after commit)."""
    events.dispatch(event_id)


@shared_task(name="portal.sweep_events")
def sweep_events() -> None:
    """Deliver events whose nudge was lost."""
    events.sweep()


@shared_task(name="portal.seal_audit")
def seal_audit() -> None:
    """Chain new audit entries until none is left."""
    while audit.seal() == audit.BATCH:
        pass


@shared_task(name="portal.deliver_letters")
def deliver_letters() -> None:
    """Send the e-mails that are due (nudge after commit, and the sweep); give up on SMS that were never answered."""
    letters_outbox.deliver_outbox()
    letters_delivery.deliver_mail()
    letters_delivery.lose_silent_messages(timezone.now())


@shared_task(name="portal.write_digests")
def write_letter_digests() -> None:
    """One e-mail with today's unread letters for everybody who wants it; a second run on the same day writes none."""
    write_digests(timezone.localdate())


@shared_task(name="portal.render_document")
def render_document(document_id: int) -> None:
    """Write the PDF of one issued document (nudge after commit)."""
    documents.render(document_id)


@shared_task(name="portal.sweep_documents")
def sweep_documents() -> None:
    """Write the PDFs whose nudge was lost, and those this machine could not write before."""
    documents.sweep()


@shared_task(name="portal.verify_audit")
def verify_audit() -> None:
    """Go on verifying the hash chain; a broken link is logged as an error and shown on the audit page."""
    found = audit.verify_on()
    if found.broken is not None:
        logger.error("audit chain broken at position %s", found.broken)


@shared_task(name="portal.verify_audit_again")
def verify_audit_again() -> None:
    """Once a day: the whole chain from its first link."""
    audit.verify_again()


@shared_task(name="portal.mail_invitations")
def mail_invitations() -> None:
    """Send the invitations that have not gone out (nudge after commit, and the sweep)."""
    mail_open_invitations()


@shared_task(name="portal.expire_requests")
def expire_information_requests() -> None:
    """End questions to enterprises whose time is over; the clocks of their cases run again."""
    expire_requests()


@shared_task(name="portal.sweep_standing")
def sweep_standing() -> None:
    """Find what stands longer than allowed, do what needs no people, tell the owner once."""
    standing.sweep()


@shared_task(name="portal.turn_absences")
def turn_over_absences() -> None:
    """Begin and end the absences of the day."""
    turn_absences()
