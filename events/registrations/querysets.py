"""Which registrations a person may see."""

from django.db import models

from associations.roles.standing import standing_of


class RegistrationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Registrations this person may read: one's own, and those to events that one's office arranges."""
        if not user.is_authenticated:
            return self.none()
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        arranged = models.Q(event__organiser__in=standing.staffed_unions)
        return self.filter(models.Q(pk__in=self.model.objects.of_person(user).values("pk")) | arranged)

    def of_person(self, user):
        """One's own, made while logged in or, as a guest, with the address one logs in with.

        Nobody logs in before having shown that the address is theirs.
        """
        return self.filter(models.Q(person=user) | models.Q(person=None, email=user.email.lower()))

    def in_force(self):
        """Confirmed and waiting ones."""
        return self.exclude(state=self.model.State.CANCELLED)

    def confirmed(self):
        return self.filter(state=self.model.State.CONFIRMED)

    def waiting(self):
        """The waiting list in the order of arrival."""
        return self.filter(state=self.model.State.WAITING).order_by("number")
