"""Staff pages of the letters (lähetykset): what was sent to whom, what is stuck, and sending again."""

import re

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from advocacy_portal.lib.access import Denied, require
from advocacy_portal.lib.moments import moment_text
from associations.roles.standing import standing_of
from notifications import breaker, mailbox
from notifications.letters import compose, hint_after_commit
from notifications.models import OutgoingMail
from notifications.permissions import can_resend

PER_PAGE = 25
# One colour, one meaning everywhere (DESIGN_SYSTEM.md section 4).
BADGES = {
    "due": "sent",
    "claimed": "sent",
    "handover": "sent",
    "sent": "done",
    "failed": "late",
    "unknown": "todo",
    "expired": "closed",
    "suppressed": "refused",
    "cancelled": "closed",
}


def can_read_letters(user):
    standing = standing_of(user)
    if standing.is_administrator or standing.staffed_unions:
        return True
    return Denied(_("Only the office sees what the portal has sent."))


def letters_of(user):
    """The letters about the matters of this person's unions; an administrator sees every letter."""
    standing = standing_of(user)
    unions = None if standing.is_administrator else standing.staffed_unions
    return OutgoingMail.objects.of_unions(unions).defer("content")


@login_required
@require_safe
def letter_list(request):
    """Newest first; what needs a person's look is counted on top."""
    require(can_read_letters(request.user))
    letters = letters_of(request.user)
    counts = letters.counts()
    state = request.GET.get("tila", "")
    to = request.GET.get("osoite", "").strip()
    chosen = letters
    if state in OutgoingMail.State.values:
        chosen = chosen.filter(state=state)
    elif state == "katso":
        chosen = chosen.needing_a_look()
    if to:
        chosen = chosen.filter(to__icontains=to)
    page = Paginator(chosen.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    troubled = sum(counts.get(name, 0) for name in ("failed", "unknown"))
    context = {
        "page_obj": page,
        "letters": [(mail, BADGES[mail.state], _may_retry(mail)) for mail in page],
        "states": [("", _("All")), ("katso", _("Need a look")), *OutgoingMail.State.choices],
        "state": state,
        "to": to,
        "counts": [(name, OutgoingMail.State(name).label, number) for name, number in sorted(counts.items())],
        "result": ngettext("%(count)s letter", "%(count)s letters", page.paginator.count)
        % {"count": page.paginator.count},
        "troubled": ngettext(
            "%(count)s letter did not get through.", "%(count)s letters did not get through.", troubled
        )
        % {"count": troubled}
        if troubled
        else "",
        "relay_down_since": breaker.down_since(),
    }
    return render(request, "home/letters_list.html", context)


@login_required
@require_safe
def letter(request, pk):
    """One letter: what became of it, what it says, and sending it again."""
    require(can_read_letters(request.user))
    mail = get_object_or_404(letters_of(request.user), pk=pk)
    context = {
        "mail": mail,
        "badge": BADGES[mail.state],
        "facts": _facts(mail),
        "content": _content(mail),
        "resend": can_resend(mail),
    }
    return render(request, "home/letters_detail.html", context)


@login_required
@require_POST
def letter_resend(request, pk):
    """A stuck letter goes back into the queue; of a sent one a copy goes out."""
    require(can_read_letters(request.user))
    mail = get_object_or_404(letters_of(request.user), pk=pk)
    require(can_resend(mail))
    now = timezone.now()
    with transaction.atomic():
        again = mail.copy(now=now) if mail.state == OutgoingMail.State.SENT else mail.send_again(now=now) and mail
        if again:
            hint_after_commit("now")
    if again:
        messages.success(request, _("The letter goes out again in a moment."))
    else:
        messages.info(request, _("Somebody has just sent this letter again."))
        again = mail
    return redirect("letters:letter", pk=again.pk)


def _may_retry(mail):
    """Whether the list has the button. A copy of what has arrived is sent from the letter's own page only."""
    # A ready-made letter's content is not read for a list.
    return mail.state == OutgoingMail.State.FAILED and not mail.is_ready_made and bool(can_resend(mail))


def _facts(mail):
    facts = [
        (_("To"), f"{mail.name} <{mail.to}>" if mail.name else mail.to),
        (_("Subject"), mail.subject),
        (_("Kind"), mail.kind),
        (_("Language"), dict(settings.LANGUAGES).get(mail.language, mail.language)),
        (pgettext("letter", "Written"), _moment(mail.created_at)),
        (pgettext("letter", "Sent"), _moment(mail.sent_at)),
        (_("Next try"), _moment(mail.due_at) if mail.state == "due" else ""),
        (_("Useless after"), _moment(mail.expires_at) if mail.state == "due" else ""),
        (_("Attempts"), mail.attempts),
        (_("Latest fault"), mail.last_error),
        (_("Mail server's answer"), mail.relay_reply),
    ]
    return [(label, value) for label, value in facts if value not in ("", None)]


def _moment(when):
    return moment_text(when, None) if when else ""


def _content(mail):
    """The letter's words as it would be written now, without the reader's own links; None where it cannot be."""
    if mail.is_ready_made:
        return None
    try:
        with transaction.atomic():
            built = compose(mail)
    except Exception:
        return None
    if built is None:
        return None
    return {
        "subject": built.subject,
        "lead": _without_links(built.lead),
        "button": built.button[0] if built.button else "",
        "facts": [(label, _without_links(value)) for label, value in built.facts],
        "paragraphs": [_without_links(paragraph) for paragraph in built.paragraphs],
        "reason": _without_links(built.reason),
        "attachments": [name for name, _content, _type in built.attachments],
    }


def _without_links(text):
    # A link in a letter is a key (cancel, confirm): it belongs to its reader alone.
    return re.sub(r"https?://\S+", "[…]", str(text))


@require_safe
def mailbox_list(request):
    """What the local mail catcher has caught. Only on people's own machines."""
    _only_in_development()
    return render(request, "home/letters_mailbox.html", {"caught": mailbox.caught()})


@require_safe
def mailbox_letter(request, name):
    """One caught letter, as text, with its links."""
    _only_in_development()
    caught = mailbox.read(name)
    if caught is None:
        raise Http404
    return render(request, "home/letters_mailbox_letter.html", {"caught": caught})


def _only_in_development():
    if not settings.DEBUG:
        raise Http404
