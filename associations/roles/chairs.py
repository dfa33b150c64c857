"""Whether somebody still chairs the organisation after a change."""

from django.utils import timezone

from associations.roles.models import Role


def leaves_without_chair(role, *, from_day=None):
    """Whether the organisation has no other chair once this role is gone, on ``from_day`` (today). One query."""
    if role.kind != Role.Kind.CHAIR:
        return False
    day = max(from_day or timezone.localdate(), role.starts_on)
    others = Role.objects.on(day).filter(
        organisation=role.organisation_id, kind=Role.Kind.CHAIR, person__is_active=True
    )
    return not others.exclude(pk=role.pk).exists()
