"""What a worker does with an import: one at a time in a union, all of it or nothing, and again if it was cut off.

The right to work is a lock of the database session: it falls with the process, however that ends, so nothing has
to expire before another may go on. What was half done falls with the transaction.
"""

from contextlib import contextmanager

import pghistory
import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from advocacy_portal.lib.spreadsheets import Unreadable
from associations.imports.models import RegisterImport
from associations.imports.permissions import is_still_staff
from associations.imports.planning import plan_of
from associations.imports.undoing import Refused, take_back
from associations.imports.writing import Collision, write
from associations.overview.counting import recount

log = structlog.get_logger(__name__)

MOST_TRIES = 3
# Reasons and faults that are kept; how many there are is counted to the end.
MOST_KEPT = 50_000


@contextmanager
def turn_of(union):
    """True for the one worker whose turn it is in this union."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('register-import', %s))", [union])
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended('register-import', %s))", [union])


def work(pk):
    """Do what is owed to one import. Twice at once, or after it is done, does nothing."""
    union = RegisterImport.objects.filter(pk=pk).values_list("union", flat=True).first()
    if union is None:
        return
    with turn_of(union) as held:
        if not held:
            return
        register_import = RegisterImport.objects.owed().filter(pk=pk).select_related("union").first()
        if register_import is None:
            return
        _begin(register_import)
    # Whoever waited for the turn goes next.
    if waiting := RegisterImport.objects.owed().filter(union=union).exclude(pk=pk).first():
        waiting.hint()


def _begin(register_import):
    now = timezone.now()
    findings = register_import.findings
    findings["tries"] = findings.get("tries", 0) + 1
    RegisterImport.objects.filter(pk=register_import.pk).update(findings=findings, claimed_at=now)
    if findings["tries"] > MOST_TRIES:
        return register_import.fail("interrupted")
    person = User.objects.filter(pk=findings.get("by"), is_active=True).first()
    if not is_still_staff(person, register_import.union):
        return register_import.fail("not_staff")
    step = {
        register_import.State.CHECKING: check,
        register_import.State.RUNNING: bring_in,
        register_import.State.UNDOING: undo,
    }[register_import.state]
    try:
        step(register_import, now=now)
    except Unreadable as fault:
        register_import.fail(fault.code, **fault.facts)
    except FileNotFoundError:
        register_import.fail("file_gone")
    except SoftTimeLimitExceeded:
        register_import.fail("too_long")


def check(register_import, *, now):
    """Read the file and keep what it would do. Changes nothing in the register."""
    plan = plan_of(register_import, timezone.localdate(now))
    _keep(register_import, plan)


def _keep(register_import, plan, **more):
    findings = register_import.findings | plan.findings() | more
    faults = sorted(plan.faults, key=lambda fault: fault[0])
    register_import.settle(
        register_import.State.CHECKED, findings=findings, faults=faults[:MOST_KEPT], preview=plan.preview,
        rows=sum(plan.counts.values()) + findings["faults"], rows_done=0,
    )  # fmt: skip


def bring_in(register_import, *, now):
    """Write what the preview promised. If the register has changed since, show a new preview instead."""
    plan = plan_of(register_import, timezone.localdate(now))
    if plan.faults or plan.digest() != register_import.findings.get("digest"):
        return _keep(register_import, plan, changed=True)
    try:
        with transaction.atomic(), _signed(register_import):
            organisations = write(register_import, plan, register_import.tell_progress)
            done = register_import.settle(
                register_import.State.DONE, applied_at=timezone.now(), rows_done=len(plan.work)
            )
            if not done:
                raise Collision
    except (Collision, IntegrityError):
        # Nothing was written: look again at the register as it is now.
        return _keep(register_import, plan_of(register_import, timezone.localdate(now)), changed=True)
    recount(organisations, now=timezone.now())


def undo(register_import, *, now):
    """Put everything back as it was, or say why not."""
    try:
        with transaction.atomic(), _signed(register_import):
            organisations = take_back(register_import, register_import.tell_progress)
            if not register_import.settle(register_import.State.UNDONE, undone_at=timezone.now()):
                raise Collision
    except Refused as refused:
        RegisterImport.objects.filter(pk=register_import.pk).update(faults=refused.reasons[:MOST_KEPT])
        return register_import.fail("cannot_undo")
    except (Collision, IntegrityError):
        return register_import.fail("collision")
    recount(organisations, now=timezone.now())


def _signed(register_import):
    """Every line of history that is written inside carries the person and the import."""
    return pghistory.context(**{"user": register_import.findings.get("by"), "import": register_import.pk})


def sweep(now):
    """Hints for what waits or was cut off; files and previews past their keeping go."""
    for one in RegisterImport.objects.light().owed()[:100]:
        one.hint()
    for one in RegisterImport.objects.light().past_keeping(now)[:100]:
        one.empty()
