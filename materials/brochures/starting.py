"""What the portal already knows when a board opens its brochure for the first time."""

from django.utils import timezone
from django.utils.translation import override

from associations.models import Role

PRINTED_KINDS = ("chair", "advocacy_officer", "secretary")


def known_contacts(brochure):
    """First values of the contact rows: the saved ones, or today's chair, advocacy officer and secretary.

    The consent stays unticked for those who have not been asked.
    """
    if brochure.version:
        return [
            {"name": one.name, "role": one.role, "phone": one.phone, "email": one.email, "consent": True}
            for one in brochure.contacts.all()
        ]
    roles = (
        Role.objects.on(timezone.localdate())
        .filter(organisation=brochure.association, kind__in=PRINTED_KINDS, person__is_active=True)
        .select_related("person")
    )
    roles = sorted(roles, key=lambda role: PRINTED_KINDS.index(role.kind))
    with override(brochure.language):
        return [
            {
                "name": role.person.name,
                "role": str(role.get_kind_display()).capitalize(),
                "phone": role.person.phone,
                "email": role.person.email,
            }
            for role in {role.person_id: role for role in reversed(roles)}.values()
        ][::-1][:4]
