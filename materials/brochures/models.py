"""Partnership brochures: what staff write once, what each association adds, and the PDF made of both."""

import secrets

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from associations.models import Organisation
from materials.brochures.querysets import (
    BrochureFileQuerySet,
    BrochureQuerySet,
    BrochureTemplateQuerySet,
    ServiceOfferQuerySet,
)

log = structlog.get_logger(__name__)
FILES_KEPT = 3


def lines_of(text):
    """The lines of a field that holds one thing a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class BrochureTemplate(models.Model):
    """Brochure template (esitepohja): the fixed part of a union's brochure in one language."""

    union = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="brochure_templates",
        limit_choices_to={"kind": "union"},
        verbose_name=_("union"),
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("lead"), max_length=400)
    gives = models.TextField(_("what cooperation gives"), max_length=1500, help_text=_("One point on each line."))
    pays = models.TextField(_("why it pays"), max_length=2000)
    next_steps = models.TextField(_("next steps"), max_length=1200, help_text=_("One step on each line."))
    back_cover = models.TextField(_("back cover"), max_length=800)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    active = models.BooleanField(_("in use"), default=True)

    objects = BrochureTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("brochure template")
        verbose_name_plural = _("brochure templates")
        ordering = ["union", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "language"],
                condition=models.Q(active=True),
                name="one_active_brochure_template",
                violation_error_message=_("This union already has a template in use in this language."),
            )
        ]

    def __str__(self):
        return f"{self.title} ({self.language}, {self.version})"


class ServiceOffer(models.Model):
    """Service offer (palvelu esitteessä): one line of the catalogue from which associations choose."""

    union = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="service_offers",
        limit_choices_to={"kind": "union"},
        verbose_name=_("union"),
    )
    key = models.SlugField(_("key"), max_length=60)
    icon = models.CharField(_("icon"), max_length=40, default="star")
    name_fi = models.CharField(_("name in Finnish"), max_length=120)
    name_sv = models.CharField(_("name in Swedish"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    sentence_fi = models.CharField(_("sentence in Finnish"), max_length=300)
    sentence_sv = models.CharField(_("sentence in Swedish"), max_length=300, blank=True)
    sentence_en = models.CharField(_("sentence in English"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the list"), default=50)
    active = models.BooleanField(_("in use"), default=True)

    objects = ServiceOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("service in brochures")
        verbose_name_plural = _("services in brochures")
        ordering = ["order", "name_fi"]
        constraints = [models.UniqueConstraint(fields=["union", "key"], name="service_offer_once_in_a_union")]

    def __str__(self):
        return self.in_language(get_language() or "fi")["name"]

    def in_language(self, language):
        """Name and sentence in one language; the Finnish ones where there are no others."""
        return {
            "name": getattr(self, f"name_{language}", "") or self.name_fi,
            "sentence": getattr(self, f"sentence_{language}", "") or self.sentence_fi,
            "icon": self.icon,
        }


class Brochure(models.Model):
    """Partnership brochure (kumppanuusesite): one association's own part in one language."""

    association = models.ForeignKey(
        Organisation, models.CASCADE, related_name="brochures", verbose_name=_("association")
    )
    template = models.ForeignKey(
        BrochureTemplate, models.PROTECT, related_name="brochures", verbose_name=_("brochure template")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    introduction = models.TextField(_("who you are"), max_length=700, blank=True)
    greeting = models.TextField(_("greeting to the municipality"), max_length=400, blank=True)
    services = models.ManyToManyField(
        ServiceOffer, blank=True, related_name="brochures", verbose_name=_("services offered here")
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    updated_at = models.DateTimeField(_("changed"), null=True, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )

    objects = BrochureQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership brochure")
        verbose_name_plural = _("partnership brochures")
        ordering = ["association", "language"]
        constraints = [models.UniqueConstraint(fields=["association", "language"], name="one_brochure_in_a_language")]

    def __str__(self):
        return f"{self.association} ({self.language})"

    def get_absolute_url(self):
        return f"{reverse('materials:brochure_check', args=[self.association_id])}?kieli={self.language}"

    @transaction.atomic
    def write(self, *, introduction, greeting, services, contacts, seen_version, by, now):
        """Save the association's part if nobody has saved since ``seen_version``.

        Afterwards the version is one higher. Of two board members who save at once, one is told and
        loses nothing: ValidationError with code ``changed``.
        """
        if self.pk is None:
            Brochure.objects.bulk_create(
                [Brochure(association=self.association, template=self.template, language=self.language)],
                ignore_conflicts=True,
            )
            self.pk = Brochure.objects.values_list("pk", flat=True).get(
                association=self.association, language=self.language
            )
        saved = Brochure.objects.filter(pk=self.pk, version=seen_version).update(
            introduction=introduction,
            greeting=greeting,
            template=self.template,
            version=F("version") + 1,
            updated_at=now,
            updated_by=by,
        )
        if not saved:
            raise ValidationError(_("Somebody else has saved this brochure after you opened it."), code="changed")
        self._state.adding = False
        self.refresh_from_db()
        self.services.set(services)
        self.contacts.all().delete()
        BrochureContact.objects.bulk_create(
            BrochureContact(brochure=self, order=order, consented_at=now, **contact)
            for order, contact in enumerate(contacts, start=1)
        )

    @transaction.atomic
    def request_pdf(self, *, by, now):
        """The file of this brochure as it is now: the ready one, or a row that says it is owed.

        Unchanged input has one row for ever, so it is never pressed twice.
        """
        from materials.brochures.manuscript import input_hash, manuscript_of

        manuscript = manuscript_of(self)
        digest = input_hash(manuscript)
        BrochureFile.objects.bulk_create(
            [
                BrochureFile(
                    brochure=self,
                    input_hash=digest,
                    manuscript=manuscript,
                    language=self.language,
                    requested_at=now,
                    requested_by=by,
                )
            ],
            ignore_conflicts=True,
        )
        # Locked, so that the press, tidying up, does not take it away between two lines.
        file = BrochureFile.objects.select_for_update().get(input_hash=digest)
        # Newest asked, first shown: going back to an earlier text finds its file again.
        BrochureFile.objects.filter(pk=file.pk).update(requested_at=now)
        if file.state == BrochureFile.State.FAILED:
            file.retry(now=now)
        elif file.state != BrochureFile.State.DONE:
            file.hint()
        return file


class BrochureContact(models.Model):
    """Contact person (yhteyshenkilö) in a brochure, printed with the person's consent only."""

    brochure = models.ForeignKey(Brochure, models.CASCADE, related_name="contacts", verbose_name=_("brochure"))
    order = models.PositiveSmallIntegerField(_("place in the list"), default=1)
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=100)
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    consented_at = models.DateTimeField(_("consent noted"))

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact people")
        ordering = ["order"]

    def __str__(self):
        return self.name


def random_name(file, name):
    """A name nobody can guess; what the reader's computer calls it is said at the download."""
    return f"brochures/{secrets.token_hex(16)}.pdf"


class BrochureFile(models.Model):
    """Brochure file (esitteen PDF): one PDF, stored under the hash of what it is made from."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("brochure file", "Waiting for its turn")
        PRESSING = "pressing", pgettext_lazy("brochure file", "Being made")
        DONE = "done", pgettext_lazy("brochure file", "Ready")
        FAILED = "failed", pgettext_lazy("brochure file", "Failed")

    brochure = models.ForeignKey(Brochure, models.CASCADE, related_name="files", verbose_name=_("brochure"))
    input_hash = models.CharField(_("hash of the input"), max_length=64, unique=True)
    manuscript = models.JSONField(_("input"), editable=False)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    error = models.CharField(_("fault"), max_length=20, blank=True)
    error_detail = models.CharField(_("fault in detail"), max_length=300, blank=True)
    file = models.FileField(_("file"), upload_to=random_name, blank=True)
    pages = models.PositiveSmallIntegerField(_("pages"), null=True)
    size = models.PositiveIntegerField(_("size in bytes"), null=True)
    seconds = models.FloatField(_("seconds"), null=True)
    peak_kb = models.PositiveIntegerField(_("peak memory (kB)"), null=True)
    requested_at = models.DateTimeField(_("requested"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = BrochureFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("brochure PDF")
        verbose_name_plural = _("brochure PDFs")
        ordering = ["-requested_at"]
        indexes = [
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=["queued", "pressing"]),
                name="brochure_file_owed",
            )
        ]

    def __str__(self):
        return f"{self.brochure} {self.requested_at:%d.%m.%Y}"

    def get_absolute_url(self):
        return reverse("materials:brochure_progress", args=[self.pk])

    @property
    def is_open(self):
        return self.state in (self.State.QUEUED, self.State.PRESSING)

    @property
    def state_class(self):
        return {"queued": "new", "pressing": "new", "done": "done", "failed": "refused"}[self.state]

    @property
    def fault(self):
        """What went wrong, in words for the board."""
        return {
            "limits": _("The brochure took too long to make. Shorten the texts and try again."),
            "refused": _("The text has an address that may not be put in a brochure. Ask our staff for help."),
            "input": _("The brochure could not be made of these texts. Ask our staff for help."),
            "crash": _("Making the brochure was interrupted three times. Try again in a while."),
            "": "",
        }.get(self.error, _("The brochure could not be made. Try again."))

    def hint(self):
        """Tell the queue once this is committed; the sweep finds the row if the queue does not answer."""
        from materials.brochures.tasks import press_brochure

        def tell():
            try:
                press_brochure.delay(self.pk)
            except Exception as fault:  # kombu, redis and socket each raise their own
                log.warning("brochure_hint_lost", file=self.pk, fault=type(fault).__name__)

        transaction.on_commit(tell)

    def stamp_done(self, pressed, name, *, now):
        """Keep the PDF if the claim is still ours. False when another press was faster."""
        done = BrochureFile.objects.filter(pk=self.pk, token=self.token, state=self.State.PRESSING).update(
            state=self.State.DONE,
            file=name,
            pages=pressed.pages,
            size=len(pressed.pdf),
            seconds=pressed.seconds,
            peak_kb=pressed.peak_kb,
            finished_at=now,
            lease_until=None,
            error="",
            error_detail="",
        )
        return bool(done)

    def stamp_failed(self, kind, detail, *, now):
        """Note that this input will not make a PDF; a person may try again."""
        BrochureFile.objects.filter(pk=self.pk, token=self.token, state=self.State.PRESSING).update(
            state=self.State.FAILED, error=kind, error_detail=detail[:300], finished_at=now, lease_until=None
        )

    def give_back(self, detail, *, now):
        """Put an interrupted press back in the queue; after the last attempt it has failed."""
        from materials.brochures.querysets import MOST_ATTEMPTS

        if self.attempts >= MOST_ATTEMPTS:
            return self.stamp_failed("crash", detail, now=now)
        BrochureFile.objects.filter(pk=self.pk, token=self.token, state=self.State.PRESSING).update(
            state=self.State.QUEUED, error_detail=detail[:300], lease_until=None
        )

    def retry(self, *, now):
        """Queue a failed file anew. Twice at once queues it once."""
        again = BrochureFile.objects.filter(pk=self.pk, state=self.State.FAILED).update(
            state=self.State.QUEUED, attempts=0, error="", error_detail="", requested_at=now, finished_at=None
        )
        if again:
            self.hint()
        self.refresh_from_db()

    def press_again(self, *, now):
        """Queue a finished file whose PDF is lost from the storage."""
        if BrochureFile.objects.filter(pk=self.pk, state=self.State.DONE).update(
            state=self.State.QUEUED, attempts=0, file="", requested_at=now, finished_at=None
        ):
            self.hint()
