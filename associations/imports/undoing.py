"""Taking an import back: values as they were before, rows that it made away; all of it or nothing."""

from django.apps import apps
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import User
from associations.imports.models import ImportedChange
from associations.imports.writing import KEYS, as_columns, chunks, locked, rewrite, set_areas, value_of
from associations.joining import inviting
from associations.joining.models import Invitation
from associations.organisations.models import OperationArea, Organisation
from associations.roles.models import Role

MODELS = {"organisation": Organisation, "person": User, "role": Role}
# What follows from a row by itself and goes with it.
DERIVED = {"associations.AssociationState"}
KEYS_OF_ROLE = KEYS | {"person": "person_id"}


class Refused(Exception):
    """Something has happened since; ``reasons`` is [[name, "", code, facts]]."""

    def __init__(self, reasons):
        self.reasons = reasons
        super().__init__(len(reasons))


def take_back(register_import, tell):
    """Undo inside the caller's transaction. Raises Refused, having changed nothing that is kept.

    Returns the keys of the organisations whose state may have changed.
    """
    changes = list(register_import.changes.order_by("pk"))
    made = {name: {one.row: one for one in changes if one.model == name and not one.before} for name in MODELS}
    changed = {name: {one.row: one for one in changes if one.model == name and one.before} for name in MODELS}
    rows = {}
    for name, model in MODELS.items():
        rows[name] = {}
        for chunk in chunks(sorted({*made[name], *changed[name]})):
            rows[name] |= locked(model, chunk)
    invited = {one.row: one for one in changes if one.model == "invitation"}
    reasons = _accepted(invited)
    for name in MODELS:
        reasons += _not_as_left(register_import, name, made[name] | changed[name], rows[name])
    if reasons:
        raise Refused(reasons)
    done, total = 0, len(changes)
    for chunk in chunks(sorted(invited)):
        inviting.withdraw_many(chunk, now=timezone.now())
        done += len(chunk)
        tell(done, total)
    organisations = {row.organisation_id for row in rows["role"].values()} | set(rows["organisation"])
    for name in ("role", "person", "organisation"):
        for chunk in chunks(changed[name].values()):
            _put_back(MODELS[name], name, chunk, rows[name])
            done += len(chunk)
            tell(done, total)
    # Asked only now: what was moved under a new district has just been moved away.
    if reasons := _in_use(made, rows):
        raise Refused(reasons)
    districts = {pk for pk in made["organisation"] if rows["organisation"][pk].kind == Organisation.Kind.DISTRICT}
    # Associations before the districts they hang on.
    others = made["organisation"].keys() - districts
    leaving = ((Role, made["role"]), (User, made["person"]), (Organisation, others), (Organisation, districts))
    for model, keys in leaving:
        for chunk in chunks(sorted(keys)):
            if model is Organisation:
                OperationArea.objects.filter(organisation__in=chunk).delete()
            model.objects.filter(pk__in=chunk).delete()
            done += len(chunk)
            tell(done, total)
    return organisations - made["organisation"].keys()


def _reason(name, code, **facts):
    return [name, "", code, facts]


def _accepted(invited):
    """Reasons for those who have said yes; an invitation that was declined or withdrawn is no hindrance."""
    reasons = []
    for chunk in chunks(sorted(invited)):
        for pk, row in locked(Invitation, chunk).items():
            if row.state == Invitation.State.ACCEPTED:
                reasons.append(_reason(_name_in(invited[pk]), "accepted"))
    return reasons


def _not_as_left(register_import, name, changes, rows):
    """Reasons for rows that are no longer as the import left them."""
    reasons = []
    touched = _touched_since(register_import, name, list(changes))
    areas = _areas(changes) if name == "organisation" else {}
    for pk, change in changes.items():
        row = rows.get(pk)
        if row is None:
            reasons.append(_reason(_name_in(change), "gone_since"))
            continue
        differs = any(
            (value_of(row, KEYS_OF_ROLE.get(key, key)) or "") != (value or "")
            for key, value in change.after.items()
            if key != "municipalities"
        )
        if "municipalities" in change.after:
            differs |= areas.get(pk, []) != sorted(change.after["municipalities"])
        if differs or pk in touched:
            reasons.append(_reason(str(row), "changed_since"))
        elif name == "person" and not change.before and row.last_login:
            reasons.append(_reason(str(row), "logged_in"))
    return reasons


def _touched_since(register_import, name, keys):
    """Keys of rows whose newest line of history is not this import's. One query a chunk."""
    if name == "person":
        # The history of people holds no names; their values are compared instead.
        return set()
    History = apps.get_model("associations", {"organisation": "OrganisationHistory", "role": "RoleHistory"}[name])
    touched = set()
    for chunk in chunks(keys):
        newest = History.objects.filter(pgh_obj__in=chunk).order_by().values("pgh_obj").annotate(last=Max("pgh_id"))
        others = History.objects.filter(pgh_id__in=newest.values("last")).exclude(
            pgh_context__contains={"import": register_import.pk}
        )
        # An empty context is no match and no mismatch to SQL.
        touched |= set(others.values_list("pgh_obj_id", flat=True))
        touched |= set(
            History.objects.filter(pgh_id__in=newest.values("last"), pgh_context__isnull=True).values_list(
                "pgh_obj_id", flat=True
            )
        )
    return touched


def _areas(changes):
    found = {}
    for chunk in chunks([pk for pk, one in changes.items() if "municipalities" in one.after]):
        rows = OperationArea.objects.filter(organisation__in=chunk).order_by("municipality_id")
        for organisation, place in rows.values_list("organisation_id", "municipality_id"):
            found.setdefault(organisation, []).append(place)
    return found


def _name_in(change):
    return change.after.get("name_fi") or change.after.get("name") or change.after.get("email") or ""


def _in_use(made, rows):
    """Reasons for rows that the import made and something else has been tied to since."""
    own = {MODELS[name]: set(changes) for name, changes in made.items()}
    reasons = []
    for name, model in MODELS.items():
        for relation in model._meta.get_fields(include_hidden=True):
            if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
                continue
            other = relation.related_model
            if _goes_along(other):
                continue
            for chunk in chunks(own[model]):
                reasons += _ties(other, relation, chunk, own, rows[name])
    return reasons


def _goes_along(other):
    is_history = any(one.name == "pgh_id" for one in other._meta.fields)
    is_area = other._meta.concrete_model is OperationArea._meta.concrete_model
    return is_history or is_area or other is ImportedChange or other._meta.label in DERIVED or other._meta.proxy


def _ties(other, relation, keys, own, rows):
    tied = other._base_manager.filter(**{f"{relation.field.name}__in": keys})
    if other in own:
        # A row that goes too is no hindrance; nor is a union's tie to itself.
        tied = tied.exclude(pk__in=own[other])
    if other is Invitation:
        # Perhaps of an import that has been undone before this one.
        tied = tied.exclude(state=Invitation.State.REVOKED)
    found = tied.values_list(F(relation.field.attname), flat=True).distinct()
    what = str(other._meta.verbose_name)
    return [_reason(str(rows[pk]), "used_since", what=what) for pk in found]


def _put_back(model, name, chunk, rows):
    keys, areas = set(), {}
    for change in chunk:
        before = {key: value for key, value in change.before.items() if key != "municipalities"}
        for key, value in as_columns(before).items():
            setattr(rows[change.row], key, value)
        keys |= set(before)
        if "municipalities" in change.before:
            areas[change.row] = (change.after["municipalities"], change.before["municipalities"])
    if keys:
        rewrite(model, [rows[change.row] for change in chunk], keys)
    if areas:
        set_areas(areas)
