"""One link, many hands at the same moment: one role."""

import time

import pytest
from django.utils import timezone

from accounts.models import User
from associations.joining import asking, inviting
from associations.joining.models import Invitation
from associations.joining.querysets import InvitationQuerySet
from associations.models import Role
from notifications.models import OutgoingMail
from tests import factories as make
from tests.associations.joining_makers import make_invitation, make_join_request
from tests.events.test_capacity import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]
HANDS = 6


@pytest.fixture
def association():
    return make.make_association()


def rush_to_accept(association):
    """Roles that came of one link in many hands, and how many hands were refused."""
    row = make_invitation(association, make.make_chair(association))
    people = [make.make_user() for _ in range(HANDS)]
    now, token = timezone.now(), row.token
    results = all_at_once([lambda one=one: inviting.accept(token, person=one, now=now) for one in people], HANDS)
    return Role.objects.filter(person__in=people).count(), sum(isinstance(one, Exception) for one in results)


def test_a_link_in_many_hands_makes_one_role(association):
    assert rush_to_accept(association) == (1, HANDS - 1)


def test_the_rush_would_show_more_roles_if_nothing_were_locked(association, monkeypatch):
    """The test above is no comfort unless it fails when the lock and the condition are gone."""

    def leave(self, state, now, **facts):
        time.sleep(0.2)
        Invitation.objects.filter(pk=self.pk).update(state=state, answered_at=now)

    monkeypatch.setattr(InvitationQuerySet, "select_for_update", lambda self, **words: self)
    monkeypatch.setattr(Invitation, "_leave_waiting", leave)
    roles, _refused = rush_to_accept(association)
    assert roles > 1


def test_two_clicks_of_a_newcomer_make_one_account(association):
    row = make_invitation(association, make.make_chair(association), email="uusi@example.org")
    now, token = timezone.now(), row.token

    def newcomer():
        make_account = lambda one: inviting.make_account(one, name="Uusi", password="x", language="fi")  # noqa: E731
        return inviting.accept(token, new_person=make_account, now=now)

    all_at_once([newcomer] * HANDS, HANDS)
    assert User.objects.filter(email="uusi@example.org").count() == 1
    assert Role.objects.filter(person__email="uusi@example.org").count() == 1


def test_a_request_approved_by_many_at_once_makes_one_role_and_one_letter(association):
    row = make_join_request(association)
    chairs = [make.make_chair(association) for _ in range(HANDS)]
    now = timezone.now()
    results = all_at_once([lambda one=one: asking.approve(row, by=one, now=now) for one in chairs], HANDS)
    assert sum(isinstance(one, Exception) for one in results) == HANDS - 1
    assert row.person.roles.count() == 1
    assert OutgoingMail.objects.filter(kind="join-request-answered").count() == 1
