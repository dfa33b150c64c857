"""Pages of the partnership brochure: fill in, check, make the PDF, download."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from advocacy_portal.lib.access import require
from materials.brochures.forms import MOST_CONTACTS, BrochureForm, ContactRows, SeveralForms
from materials.brochures.manuscript import manuscript_of
from materials.brochures.models import Brochure, BrochureFile, BrochureTemplate
from materials.brochures.permissions import can_edit_brochure, can_request_pdf, can_retry
from materials.brochures.querysets import associations_of
from materials.brochures.starting import known_contacts


def association_or_404(user, pk):
    associations = associations_of(user).select_related("union", "home_municipality")
    return get_object_or_404(associations, pk=pk)


def brochure_in(association, language):
    """The association's brochure in a language with the template of today; unsaved when there is none.

    Returns it with the union's templates, one a language.
    """
    templates = list(BrochureTemplate.objects.in_use(association.union_id))
    templates.sort(key=lambda template: list(dict(settings.LANGUAGES)).index(template.language))
    template = next((one for one in templates if one.language == language), None) or next(iter(templates), None)
    if template is None:
        return None, []
    brochure = Brochure.objects.filter(association=association, language=template.language).first() or Brochure(
        association=association, language=template.language
    )
    brochure.association, brochure.template = association, template
    return brochure, templates


def language_of(request):
    """The wished language of the brochure; the reader's own before anything is said."""
    return request.GET.get("kieli") or request.LANGUAGE_CODE


def no_template(request, association):
    return render(request, "materials/brochures/no_template.html", {"association": association})


@login_required
@require_GET
def brochure_list(request):
    """Every association whose brochure is mine to see, and how far it is."""
    files = BrochureFile.objects.order_by("-requested_at").defer("manuscript")
    associations = (
        associations_of(request.user)
        .select_related("home_municipality")
        .prefetch_related(
            Prefetch("brochures", Brochure.objects.filter(version__gt=0).prefetch_related(Prefetch("files", files)))
        )
    )
    if words := request.GET.get("q", "").strip()[:100]:
        associations = associations.filter(name_fi__icontains=words)
    page = Paginator(associations.order_by("name_fi", "pk"), 25).get_page(request.GET.get("page"))
    return render(request, "materials/brochures/brochure_list.html", {"page_obj": page, "words": words})


@login_required
def brochure_edit(request, pk):
    """The association's own part: what is known is filled in."""
    association = association_or_404(request.user, pk)
    require(can_edit_brochure(request.user, association))
    brochure, templates = brochure_in(association, language_of(request))
    if brochure is None:
        return no_template(request, association)
    if request.method == "POST":
        form, contacts = BrochureForm(request.POST, instance=brochure), ContactRows(request.POST)
        # Both are asked, so that one round shows all there is to mend.
        if all([form.is_valid(), contacts.is_valid()]):
            try:
                save(brochure, form, contacts, request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("The brochure is saved. Check it and make the PDF."))
                return redirect(brochure)
    else:
        form = BrochureForm(instance=brochure)
        contacts = ContactRows(initial=known_contacts(brochure))
    everything = SeveralForms(form, *contacts.forms)
    theirs = None
    if form.has_error("__all__", "changed"):
        theirs = Brochure.objects.select_related("updated_by").prefetch_related("services").get(pk=brochure.pk)
        # The next save is made knowing what the other one wrote.
        form.data = form.data.copy()
        form.data["seen_version"] = theirs.version
    context = {
        "association": association, "brochure": brochure, "templates": templates, "form": everything,
        "own": form, "contacts": contacts, "most_contacts": MOST_CONTACTS, "theirs": theirs,
    }  # fmt: skip
    return render(request, "materials/brochures/brochure_edit.html", context, status=422 if everything.errors else 200)


def save(brochure, form, contacts, user):
    # The form has already put its values on the object; the verb writes those it is given.
    brochure.write(
        introduction=form.cleaned_data["introduction"],
        greeting=form.cleaned_data["greeting"],
        services=form.cleaned_data["services"],
        contacts=contacts.rows(),
        seen_version=form.cleaned_data["seen_version"],
        by=user,
        now=timezone.now(),
    )


@login_required
@require_GET
def brochure_check(request, pk):
    """«Tarkista tiedot»: all that will be printed, as a page (the PDF's accessible twin)."""
    association = association_or_404(request.user, pk)
    brochure, templates = brochure_in(association, language_of(request))
    if brochure is None:
        return no_template(request, association)
    if not brochure.version:
        return redirect(f"{reverse('materials:brochure_edit', args=[pk])}?kieli={brochure.language}")
    context = {
        "association": association, "brochure": brochure, "templates": templates,
        "b": manuscript_of(brochure), "may_make": can_request_pdf(request.user, brochure),
        "newest": brochure.files.defer("manuscript").order_by("-requested_at").first(),
    }  # fmt: skip
    return render(request, "materials/brochures/brochure_check.html", context)


@login_required
@require_POST
def brochure_request(request, pk):
    """«Tee PDF»."""
    association = association_or_404(request.user, pk)
    brochure, _templates = brochure_in(association, request.POST.get("kieli"))
    if brochure is None:
        raise Http404
    require(can_request_pdf(request.user, brochure))
    return redirect(brochure.request_pdf(by=request.user, now=timezone.now()))


def file_or_404(user, pk):
    files = BrochureFile.objects.visible_to(user).defer("manuscript")
    return get_object_or_404(files.select_related("brochure__association"), pk=pk)


@login_required
@require_GET
def brochure_progress(request, pk):
    """How far the PDF is. The page asks again by itself, or by a link without script."""
    file = file_or_404(request.user, pk)
    return render(request, "materials/brochures/brochure_progress.html", progress_context(request, file))


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def brochure_state(request, pk):
    """The part of the progress page that changes; 204 while it has not."""
    file = file_or_404(request.user, pk)
    if request.GET.get("oli") == file.state:
        return HttpResponse(status=204)
    return render(request, "materials/brochures/_brochure_state.html", progress_context(request, file))


def progress_context(request, file):
    return {"file": file, "brochure": file.brochure, "may_retry": can_retry(request.user, file)}


@login_required
@require_POST
def brochure_retry(request, pk):
    """Queue a failed PDF anew."""
    file = file_or_404(request.user, pk)
    require(can_retry(request.user, file))
    file.retry(now=timezone.now())
    return redirect(file)


@login_required
@require_GET
def brochure_pdf(request, pk):
    """The PDF, read through the storage, whichever it is."""
    file = file_or_404(request.user, pk)
    if file.state != BrochureFile.State.DONE:
        raise Http404
    try:
        opened = file.file.storage.open(file.file.name, "rb")
    except FileNotFoundError:
        file.press_again(now=timezone.now())
        messages.info(request, _("The file had gone missing. We are making it again."))
        return redirect(file)
    name = f"{_('brochure')}-{slugify(file.brochure.association.name)}-{file.language}.pdf"
    answer = FileResponse(opened, as_attachment=True, filename=name, content_type="application/pdf")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
