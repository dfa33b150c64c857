"""Bringing a register in: file, columns, preview, done, and perhaps undone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_POST

from advocacy_portal.lib import sheets
from advocacy_portal.lib.access import require
from advocacy_portal.lib.spreadsheets import Unreadable
from associations.imports import telling
from associations.imports.forms import ColumnsForm, UploadForm
from associations.imports.models import RegisterImport
from associations.imports.permissions import can_apply, can_import, can_name_columns, can_undo

PAGE = 25


@login_required
@require_GET
def import_list(request):
    require(can_import(request.user))
    mine = RegisterImport.objects.visible_to(request.user).light().select_related("union", "started_by")
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "associations/imports/import_list.html",
        {"page_obj": page, "several_unions": len({one.union_id for one in page}) > 1},
    )


@login_required
def import_new(request):
    """Choose a file. It is read at once so far that its columns are known."""
    require(can_import(request.user))
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, user=request.user)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            uploaded = RegisterImport.upload(
                union=form.cleaned_data["union"], subject=form.cleaned_data["subject"], content=file.read(),
                file_name=sheets.plain(file.name), by=request.user, now=timezone.now(),
            )  # fmt: skip
        except Unreadable as fault:
            form.add_error("file", fault.words)
        else:
            return redirect("associations:import_columns", uploaded.pk)
    return render(request, "associations/imports/import_new.html", {"form": form}, status=422 if form.is_bound else 200)


def import_or_404(request, pk, *, whole=False):
    """One of the imports of the unions one works for; others do not exist."""
    imports = RegisterImport.objects.visible_to(request.user).select_related("union", "started_by")
    return get_object_or_404(imports if whole else imports.light(), pk=pk)


@login_required
def import_columns(request, pk):
    """Which column is which: guessed from the headings, or remembered from the last file like this one."""
    register_import = import_or_404(request, pk)
    require(can_name_columns(register_import))
    sent = [request.POST] if request.method == "POST" else []
    form = ColumnsForm(*sent, register_import=register_import)
    if form.is_valid():
        try:
            register_import.start_check(form.mapping, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect(register_import)
    return render(
        request,
        "associations/imports/import_columns.html",
        {"register_import": register_import, "form": form, "sample": telling.sample_of(register_import)},
        status=422 if form.is_bound else 200,
    )


PAGES = {
    "checked": "import_checked",
    "done": "import_done",
    "undone": "import_undone",
    "failed": "import_failed",
}


@login_required
@require_GET
@never_cache
def import_page(request, pk):
    """The import where it is: working, checked, done, undone or failed."""
    register_import = import_or_404(request, pk, whole=True)
    if register_import.state == RegisterImport.State.UPLOADED:
        if can_name_columns(register_import):
            return redirect("associations:import_columns", pk)
        page = "import_failed"
    else:
        page = PAGES.get(register_import.state, "import_working")
    return render(
        request,
        f"associations/imports/{page}.html",
        {
            "register_import": register_import,
            "findings": register_import.findings,
            "rows": telling.preview_of(register_import),
            "faults": telling.faults_of(register_import, most=telling.SHOWN_FAULTS),
            "fault_count": len(register_import.faults),
            "may_apply": can_apply(register_import),
            "may_undo": can_undo(register_import, timezone.now()),
            "may_name_columns": can_name_columns(register_import),
        },
    )


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def import_state(request, pk):
    """The part of the working page that changes; 204 while it has not; the next page when the work has ended."""
    register_import = import_or_404(request, pk)
    if not register_import.is_open:
        # The script of the page goes on by itself; without it the link inside does.
        ended = render(request, "associations/imports/_working.html", {"register_import": register_import})
        ended["HX-Redirect"] = register_import.get_absolute_url()
        return ended
    if request.GET.get("oli") == f"{register_import.state}-{register_import.percent}":
        return HttpResponse(status=204)
    return render(request, "associations/imports/_working.html", {"register_import": register_import})


@login_required
@require_POST
def import_apply(request, pk):
    register_import = import_or_404(request, pk)
    require(can_apply(register_import))
    try:
        register_import.bring_in(by=request.user, now=timezone.now())
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect(register_import)


@login_required
@require_POST
def import_undo(request, pk):
    register_import = import_or_404(request, pk)
    require(can_undo(register_import, timezone.now()))
    try:
        register_import.undo(by=request.user, now=timezone.now())
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect(register_import)


@login_required
@require_GET
def import_faults(request, pk, kind):
    """Every fault, or every reason against undoing, as a file."""
    register_import = import_or_404(request, pk, whole=True)
    heading = [_("Row"), _("Column"), _("What is wrong")]
    lines = ([one.row, one.field, one.words] for one in telling.faults_of(register_import))
    return sheets.response(kind, f"tuonti-{register_import.pk}-virheet", heading, lines)
