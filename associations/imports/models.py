"""Registers that a union's staff bring in from a spreadsheet."""

import json
import secrets

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from associations.imports.querysets import UNDONE_WITHIN, RegisterImportQuerySet
from associations.organisations.models import Organisation

log = structlog.get_logger(__name__)

SAMPLE = 3


class RegisterImport(models.Model):
    """Register import (rekisterin tuonti): one file, from upload through preview to done, and perhaps undone.

    ``mapping`` is {field of ours: number of the file's column}; ``columns`` the file's own headings; ``findings``
    what the preview found: {"create", "change", "same", "faults"} as counts, its ``digest``, and who asked for the
    work at hand (``by``) and how often it was begun (``tries``); ``faults`` is [[row, field, code, facts]], told in
    the reader's language by ``faults.words``; ``failure`` a code with its facts, likewise.
    """

    class Subject(models.TextChoices):
        ORGANISATIONS = "organisations", _("organisations")
        PEOPLE = "people", _("people and roles")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting for its columns to be named")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        RUNNING = "running", _("being brought in")
        DONE = "done", _("done")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    union = models.ForeignKey(Organisation, models.CASCADE, related_name="register_imports", verbose_name=_("union"))
    subject = models.CharField(_("what it has"), max_length=20, choices=Subject.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UPLOADED)
    file = models.FileField(_("file"), upload_to="imports/", blank=True)
    file_name = models.CharField(_("name of the file"), max_length=200)
    columns = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    findings = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    preview = models.JSONField(default=list)
    failure = models.CharField(_("what went wrong"), max_length=500, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("uploaded"))
    # A worker's claim: taken with the state, given up when it is stale.
    claimed_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(_("brought in"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    OPEN = (State.CHECKING, State.RUNNING, State.UNDOING)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("register import")
        verbose_name_plural = _("register imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("associations:import", args=[self.pk])

    @property
    def is_open(self):
        return self.state in self.OPEN

    @property
    def state_class(self):
        return {
            "uploaded": "todo", "checking": "new", "checked": "todo", "running": "new", "done": "done",
            "undoing": "new", "undone": "closed", "failed": "refused",
        }[self.state]  # fmt: skip

    @property
    def to_do(self):
        """Rows that would change something."""
        return self.findings.get("create", 0) + self.findings.get("change", 0)

    @property
    def undone_until(self):
        return self.applied_at + UNDONE_WITHIN if self.applied_at else None

    @property
    def why_failed(self):
        """What went wrong, in the reader's words; empty when nothing did."""
        from associations.imports.faults import failure_words

        return failure_words(*json.loads(self.failure)) if self.failure else ""

    # --- how far it is: told outside the transaction that does the work --------------------------------------------

    @property
    def percent(self):
        """How much of the work at hand is done, 0–100. Kept in the cache: what a transaction writes, nobody sees."""
        done, total = cache.get(f"register-import:{self.pk}") or (0, 1)
        return min(100, 100 * done // max(1, total))

    def tell_progress(self, done, total):
        cache.set(f"register-import:{self.pk}", (done, total), 3600)

    # --- verbs -----------------------------------------------------------------------------------------------------

    @classmethod
    def upload(cls, *, union, subject, content, file_name, by, now):
        """Keep a file and name its columns as well as one can guess. Raises Unreadable for what is no spreadsheet."""
        from advocacy_portal.lib.spreadsheets import read
        from associations.imports.columns import guess

        sheet = read(content, head=SAMPLE)
        earlier = cls.objects.filter(union=union, subject=subject, columns=sheet.headings).exclude(mapping={})
        mapping = earlier.order_by("-created_at").values_list("mapping", flat=True).first()
        made = cls(
            union=union, subject=subject, file_name=file_name[-200:], columns=sheet.headings, started_by=by,
            created_at=now, sample=[row.cells for row in sheet.rows],
            mapping=mapping or guess(subject, sheet.headings),
        )  # fmt: skip
        # A name nobody can guess; what people call the file is kept beside it.
        made.file.save(secrets.token_hex(16), ContentFile(content), save=False)
        made.save()
        return made

    def start_check(self, mapping, *, by, now):
        """Have the file read with these columns. A file that was checked before may be checked anew."""
        self._begin(
            [self.State.UPLOADED, self.State.CHECKED], self.State.CHECKING, by,
            _("The columns can no longer be changed. Upload the file again."), mapping=mapping, faults=[], preview=[],
        )  # fmt: skip

    def bring_in(self, *, by, now):
        """Have the checked rows brought into the register. Of two clicks at once, one does and the other is told."""
        self._begin([self.State.CHECKED], self.State.RUNNING, by, _("Only a checked file can be brought in."))

    def undo(self, *, by, now):
        """Have everything taken back that this import did."""
        self._begin([self.State.DONE], self.State.UNDOING, by, _("Only a finished import can be undone."), faults=[])

    def _begin(self, states, state, by, refusal, **facts):
        findings = self.findings | {"by": by.pk, "tries": 0}
        findings.pop("changed", None)
        begun = RegisterImport.objects.filter(pk=self.pk, state__in=states).update(
            state=state, findings=findings, failure="", rows_done=0, claimed_at=None, **facts
        )
        if not begun:
            raise ValidationError(refusal)
        cache.delete(f"register-import:{self.pk}")
        self.refresh_from_db()
        self.hint()

    def hint(self):
        """Tell the queue once this is committed; the sweep finds the row if the queue does not answer."""
        from associations.imports.tasks import work_on_import

        def tell():
            try:
                work_on_import.delay(self.pk)
            except Exception as fault:  # kombu, redis and socket each raise their own
                log.warning("import_hint_lost", register_import=self.pk, fault=type(fault).__name__)

        transaction.on_commit(tell)

    def settle(self, state, **facts):
        """Stamp the end of the work at hand. False when it is no longer in the state it was begun in."""
        done = RegisterImport.objects.filter(pk=self.pk, state=self.state).update(state=state, **facts)
        return bool(done)

    def fail(self, code, **facts):
        """The work at hand could not be done; nothing has been changed. An undo that failed leaves it as done."""
        state = self.State.DONE if self.state == self.State.UNDOING else self.State.FAILED
        self.settle(state, failure=json.dumps([code, facts]))

    def empty(self):
        """Forget the file and all that was shown of it; that it was brought in stays known."""
        self.changes.all().delete()
        if self.file:
            self.file.delete(save=False)
        RegisterImport.objects.filter(pk=self.pk).update(file="", sample=[], preview=[], faults=[])


class ImportedChange(models.Model):
    """Imported change (tuotu muutos): what an import did to one row, so that it can be taken back.

    ``before`` is {field: value} of what it changed, empty for a row that it made; ``after`` likewise.
    """

    register_import = models.ForeignKey(RegisterImport, models.CASCADE, related_name="changes")
    model = models.CharField(max_length=20)
    row = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("imported change")
        verbose_name_plural = _("imported changes")
        constraints = [
            models.UniqueConstraint(fields=["register_import", "model", "row"], name="changed_once_by_an_import"),
            models.CheckConstraint(
                condition=Q(model__in=["organisation", "person", "role", "invitation"]), name="change_of_a_model"
            ),
        ]

    def __str__(self):
        return f"{self.model} {self.row}"
