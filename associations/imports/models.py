"""Registers that a union's staff bring in from a spreadsheet."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from associations.organisations.models import Organisation


class RegisterImport(models.Model):
    """Register import (rekisterin tuonti): one file, from upload through preview to done, and perhaps undone.

    ``mapping`` is {field of ours: number of the file's column}; ``columns`` the file's own headings; ``findings``
    what the preview found: {"create", "change", "same", "faults"} as counts; ``faults`` [[row, column, words]].
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

    class Meta:
        verbose_name = _("register import")
        verbose_name_plural = _("register imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.file_name


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
            models.CheckConstraint(condition=Q(model__in=["organisation", "person", "role"]), name="change_of_a_model"),
        ]

    def __str__(self):
        return f"{self.model} {self.row}"
