"""Coming in: by invitation and by asking. Letters, links, doors; refused, twice, too late, and what must not leak."""

import datetime
import email
import email.policy

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from accounts.models import User
from associations.joining import asking, inviting, letters
from associations.joining.models import LIFE, Invitation, JoinRequest
from associations.joining.next_steps import steps_for
from associations.joining.tasks import forget_old
from associations.models import Organisation, Role
from associations.roles.forms import usual_term
from notifications.letters import compose, kind_of
from notifications.models import OutgoingMail
from notifications.rendering import render
from tests import factories as make
from tests.associations.joining_makers import make_invitation, make_join_request
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY, MINUTE = datetime.timedelta(days=1), datetime.timedelta(minutes=1)
PASSWORD = "kuusi sanaa pitkin rantaa"


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def invitation(world):
    return make_invitation(world.association, world.chair, email="uusi@example.org")


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def link(invitation):
    return f"/en/kutsu/{invitation.token}/"


def page(organisation):
    return f"/en/yhdistykset/{organisation.pk}/ihmiset/"


def accept_as(client, person, invitation):
    client.force_login(person)
    return client.post(link(invitation), {"account": person.pk})


def signed(thing):
    return signing.Signer(salt="associations.invitation").sign_object(thing)


def enter(world, **facts):
    facts = {
        "by": world.chair, "organisation": world.association, "email": "uusi@example.org", "name": "Uusi Ihminen",
        "kind": "secretary", "starts_on": timezone.localdate(), "ends_on": None, "now": timezone.now(),
    } | facts  # fmt: skip
    return inviting.enter(**facts).invitation


def wanted(mail):
    return bool(kind_of(mail).wanted(mail))


# --- The letter ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language, prefix", [("fi", ""), ("sv", "/sv"), ("en", "/en")])
def test_the_letter_says_who_invites_where_and_to_what_in_its_readers_language(world, language, prefix):
    row = enter(world, language=language)
    mail = OutgoingMail.objects.get()
    letter = compose(mail)
    assert (mail.to, mail.language, mail.organisation_id) == ("uusi@example.org", language, world.union.pk)
    with translation.override(language):
        assert str(row.get_kind_display()) in letter.subject
    assert world.association.name in letter.subject and "Pertti Puheenjohtaja" in letter.lead
    assert f"{prefix}/kutsu/{row.token}/" in letter.button[1]
    assert mail.expires_at == row.expires_at
    assert world.chair.email not in str(letter), "the inviter's own address is nobody's business"
    whole = email.message_from_bytes(render(mail), policy=email.policy.default)
    assert whole["To"].addresses[0].addr_spec == "uusi@example.org"


def test_a_name_with_line_breaks_makes_no_header_of_its_own(world):
    with pytest.raises(ValidationError):
        User(email="a@example.org\nBcc: b@example.org").full_clean()
    enter(world, name="Uusi\r\nBcc: muut@example.org")
    message = email.message_from_bytes(render(OutgoingMail.objects.get()), policy=email.policy.default)
    assert message["Bcc"] is None


def test_a_withdrawn_answered_or_expired_invitation_sends_no_letter(world):
    row = enter(world)
    mail = OutgoingMail.objects.get()
    assert wanted(mail)
    with time_machine.travel(timezone.now() + LIFE + MINUTE):
        assert not wanted(mail)
    row.decline(now=timezone.now())
    assert not wanted(mail)
    row = enter(world, email="toinen@example.org")
    inviting.withdraw(row, now=timezone.now())
    assert OutgoingMail.objects.get(to="toinen@example.org").state == "cancelled"


def test_the_letter_of_an_older_link_stays_here_when_a_newer_one_has_been_written(world):
    row = enter(world)
    first = OutgoingMail.objects.get()
    inviting.send_again(row, now=timezone.now() + 11 * MINUTE)
    second = OutgoingMail.objects.exclude(pk=first.pk).get()
    assert (wanted(first), wanted(second)) == (False, True)


# --- Sending again, withdrawing ------------------------------------------------------------------


def test_sent_again_only_the_newest_link_opens(world, client, invitation):
    old = link(invitation)
    client.force_login(world.chair)
    assert client.post(f"/en/kutsut/{invitation.pk}/uudelleen/").status_code == 302
    invitation.refresh_from_db()
    client.logout()
    assert client.get(old).status_code == 410
    assert "newer invitation" in client.get(old).content.decode()
    assert client.get(link(invitation)).status_code == 200
    assert OutgoingMail.objects.get().revision == 2


def test_an_invitation_is_sent_again_at_most_every_ten_minutes(world, client):
    row = enter(world)
    client.force_login(world.chair)
    again = f"/en/kutsut/{row.pk}/uudelleen/"
    answer = client.post(again, follow=True)
    assert "Wait ten minutes" in answer.content.decode()
    assert OutgoingMail.objects.count() == 1
    with time_machine.travel(timezone.now() + 10 * MINUTE):
        client.force_login(world.chair)
        client.post(again)
        client.post(again)
    assert OutgoingMail.objects.count() == 2


def test_a_withdrawn_invitations_link_is_dead_and_says_what_to_do(world, client, invitation):
    client.force_login(world.chair)
    assert client.post(f"/en/kutsut/{invitation.pk}/peru/").status_code == 302
    # Twice: told, not refused.
    answer = client.post(f"/en/kutsut/{invitation.pk}/peru/", follow=True)
    assert "no longer waits" in answer.content.decode()
    client.logout()
    answer = client.get(link(invitation))
    assert answer.status_code == 410
    assert "ask the association for a new invitation" in answer.content.decode()
    assert accept_as(client, make.make_user(), invitation).status_code == 410
    assert not Role.objects.filter(kind="board_member", starts_on=timezone.localdate()).exists()


def test_only_who_may_give_the_role_sends_its_invitation_again(world, client):
    row = make_invitation(world.union, world.staff, kind="staff")
    unions_chair = make.make_member_of("chair", world.union)
    client.force_login(unions_chair)
    assert client.post(f"/en/kutsut/{row.pk}/peru/").status_code == 403
    client.force_login(world.other_staff)
    assert client.post(f"/en/kutsut/{row.pk}/peru/").status_code == 404
    client.force_login(world.staff)
    assert client.post(f"/en/kutsut/{row.pk}/peru/").status_code == 302


def test_the_same_person_is_invited_to_a_role_once_and_again_when_the_link_has_died(world, client):
    row = enter(world)
    with pytest.raises(ValidationError):
        enter(world, email="UUSI@example.org")
    later = timezone.now() + LIFE + MINUTE
    again = enter(world, now=later, name="Uusi Nimi", starts_on=timezone.localdate() + 20 * DAY)
    assert (again.pk, again.name, again.sent_count) == (row.pk, "Uusi Nimi", 2)
    assert again.expires_at == later + LIFE
    assert enter(world, kind="chair").pk != row.pk


def test_a_coordinators_regions_stay_with_the_invitation_until_it_is_invited_anew(world, client):
    facts = {"by": world.staff, "organisation": world.union, "kind": "coordinator", "starts_on": timezone.localdate()}
    row = enter(world, **facts, regions=[world.region, world.far_region])
    nonce = row.nonce
    inviting.send_again(row, now=timezone.now() + 11 * MINUTE)
    assert row.nonce != nonce and set(row.regions.all()) == {world.region, world.far_region}
    later = timezone.now() + LIFE + 20 * MINUTE
    again = enter(world, **facts, regions=[world.far_region], now=later)
    assert (again.pk, list(again.regions.all())) == (row.pk, [world.far_region])
    assert world.far_region.name in client.get(link(again)).content.decode()
    person = make.make_user(email="uusi@example.org")
    accept_as(client, person, again)
    assert list(person.roles.get().regions.all()) == [world.far_region]


def test_only_a_coordinator_is_invited_with_regions(world):
    assert not enter(world, regions=[world.region]).regions.exists()
    whole = enter(world, by=world.staff, organisation=world.union, kind="coordinator")
    role = inviting.accept(whole.token, person=make.make_user(), now=timezone.now())
    assert not role.regions.exists(), "none means the whole organisation"


# --- The landing page ----------------------------------------------------------------------------


def test_looking_at_the_link_accepts_nothing_however_often_a_mail_program_looks(world, client, invitation):
    for person in (None, make.make_user(email="uusi@example.org"), world.neighbour):
        client.logout()
        if person:
            client.force_login(person)
        for _ in range(3):
            assert client.get(link(invitation)).status_code == 200
            assert client.head(link(invitation)).status_code == 200
            assert client.get(link(invitation) + "kieltaydy/").status_code == 200
    invitation.refresh_from_db()
    assert (invitation.state, invitation.role) == ("sent", None)


def test_forged_links_open_nothing(world, client, invitation):
    good = invitation.token
    forged = [good[:-1], good + "x", "x", "a:b:c", signing.dumps([invitation.pk, invitation.nonce]),
              signed("x"), signed([1]),
              signed([10**30, "x"]),
              signed([None, None])]  # fmt: skip
    for token in forged:
        answer = client.get(f"/en/kutsu/{token}/")
        assert answer.status_code == 404, token
        assert "Koivurannan" not in answer.content.decode()
        assert client.post(f"/en/kutsu/{token}/", {"name": "X", "password": PASSWORD}).status_code == 404
        assert client.post(f"/en/kutsu/{token}/kieltaydy/").status_code == 404
    older = signed([invitation.pk, "jokin muu"])
    assert client.get(f"/en/kutsu/{older}/").status_code == 410


def test_an_expired_link_says_so(world, client, invitation):
    with time_machine.travel(invitation.expires_at):
        answer = client.get(link(invitation))
        assert (answer.status_code, "two weeks" in answer.content.decode()) == (410, True)
        assert client.post(link(invitation), {"name": "Uusi", "password": PASSWORD}).status_code == 410
    assert not User.objects.filter(email="uusi@example.org").exists()


def test_a_role_whose_time_is_over_and_an_association_that_has_ended_take_nobody_in(world, client, invitation):
    person = make.make_user(email="uusi@example.org")
    Invitation.objects.update(starts_on=timezone.localdate() - 9 * DAY, ends_on=timezone.localdate() - DAY)
    assert accept_as(client, person, invitation).status_code == 410
    Invitation.objects.update(ends_on=None)
    Organisation.objects.filter(pk=world.association.pk).update(ended_on=timezone.localdate())
    assert accept_as(client, person, invitation).status_code == 410
    assert not person.roles.exists()


def test_the_invited_accepts_with_one_click_and_has_the_role(world, client, invitation):
    person = make.make_user(email="uusi@example.org")
    client.force_login(person)
    text = client.get(link(invitation)).content.decode()
    assert "Pertti Puheenjohtaja" in text and "Accept the role" in text and "You are logged in with" not in text
    assert world.chair.email not in text
    answer = client.post(link(invitation), {"account": person.pk}, follow=True)
    assert "Your role is now" in answer.content.decode()
    role = person.roles.get()
    assert (role.kind, role.organisation, role.starts_on, role.ends_on) == (
        "board_member", world.association, invitation.starts_on, invitation.ends_on,
    )  # fmt: skip
    invitation.refresh_from_db()
    assert (invitation.state, invitation.role) == ("accepted", role)


def test_accepting_twice_makes_one_role_and_the_used_link_says_all_is_well(world, client, invitation):
    person = make.make_user(email="uusi@example.org")
    accept_as(client, person, invitation)
    answer = client.post(link(invitation), {"account": person.pk})
    assert (answer.status_code, "has been accepted" in answer.content.decode()) == (410, True)
    with pytest.raises(ValidationError):
        inviting.accept(invitation.token, person=world.neighbour, now=timezone.now())
    assert person.roles.count() == 1
    assert not world.neighbour.roles.filter(organisation=world.association).exists()


def test_another_account_may_accept_but_is_told_so_clearly(world, client, invitation):
    client.force_login(world.neighbour)
    text = client.get(link(invitation)).content.decode()
    assert "You are logged in with the address " + world.neighbour.email in text
    assert "uusi@example.org" in text and f"Accept with the account {world.neighbour.email}" in text
    client.post(link(invitation), {"account": world.neighbour.pk})
    assert world.neighbour.roles.filter(organisation=world.association).exists()


def test_who_changes_accounts_in_another_tab_is_asked_again(world, client, invitation):
    client.force_login(world.neighbour)
    answer = client.post(link(invitation), {"account": world.chair.pk})
    assert answer.status_code == 409
    assert client.post(link(invitation)).status_code == 409
    invitation.refresh_from_db()
    assert invitation.is_waiting


def test_a_verified_second_address_of_ones_own_is_no_other_account(world, client, invitation):
    world.neighbour.emailaddress_set.create(email="uusi@example.org", verified=True, primary=False)
    client.force_login(world.neighbour)
    assert "Accept the role" in client.get(link(invitation)).content.decode()


def test_who_has_no_account_makes_one_right_there_and_is_logged_in(world, client, invitation):
    shown = client.get(link(invitation))
    assert shown.context["form"]["name"].value() == "Kutsu Mallikas"
    answer = client.post(link(invitation), {"name": "Uusi Ihminen", "password": PASSWORD}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[0][0].endswith("/oma/")
    person = User.objects.get(email="uusi@example.org")
    assert answer.wsgi_request.user == person
    assert (person.name, person.language, person.is_staff, person.is_superuser) == ("Uusi Ihminen", "en", False, False)
    assert person.check_password(PASSWORD)
    assert person.roles.get().kind == "board_member"
    assert person.emailaddress_set.get(email="uusi@example.org").verified, "the link has shown whose the mailbox is"
    # The next log-in asks for no code.
    client.logout()
    answer = client.post("/tili/kirjaudu/", {"login": "uusi@example.org", "password": PASSWORD})
    assert (answer.status_code, "koodi" in answer.url) == (302, False)


def test_a_new_account_takes_nothing_that_was_not_asked(world, client, invitation):
    sent = {"name": "Uusi", "password": PASSWORD, "email": "kaapattu@example.org", "is_staff": "on",
            "is_superuser": "on", "kind": "chair", "organisation": world.other_association.pk}  # fmt: skip
    client.post(link(invitation), sent)
    person = User.objects.get(email="uusi@example.org")
    assert not (person.is_staff or person.is_superuser)
    assert list(person.roles.values_list("kind", "organisation")) == [("board_member", world.association.pk)]
    assert not User.objects.filter(email="kaapattu@example.org").exists()


@pytest.mark.parametrize("password", ["", "lyhyt", "12345678901", "uusi@example.org"])
def test_a_weak_password_is_refused_and_nothing_is_used_up(world, client, invitation, password):
    answer = client.post(link(invitation), {"name": "Uusi", "password": password})
    assert answer.status_code == 422
    assert not User.objects.filter(email="uusi@example.org").exists()
    invitation.refresh_from_db()
    assert invitation.is_waiting


def test_who_has_an_account_but_is_logged_out_logs_in_first_and_comes_back(world, client, invitation):
    person = make.make_user(email="uusi@example.org", password=PASSWORD)
    person.trust_email()
    text = client.get(link(invitation)).content.decode()
    assert "Log in to accept" in text and f"?next={link(invitation).replace(':', '%3A')}" in text
    # Nobody takes an account over by its owner's link: no password is set here.
    answer = client.post(link(invitation), {"name": "Kaappaaja", "password": "jokin aivan muu sana"})
    assert (answer.status_code, "/kirjaudu/" in answer.url) == (302, True)
    assert fresh(person).check_password(PASSWORD)
    answer = client.post("/en/tili/kirjaudu/", {"login": person.email, "password": PASSWORD, "next": link(invitation)})
    assert answer.url == link(invitation)
    assert client.post(link(invitation), {"account": person.pk}).status_code == 302
    assert person.roles.count() == 1


def test_an_account_that_a_stranger_made_of_the_address_becomes_its_owners(world, client, invitation):
    stranger_made = make.make_user(email="uusi@example.org", password="muukalaisen salasana")
    assert client.get(link(invitation)).context["form"] is not None
    client.post(link(invitation), {"name": "Oikea Omistaja", "password": PASSWORD})
    person = fresh(stranger_made)
    assert (person.name, person.check_password(PASSWORD)) == ("Oikea Omistaja", True)
    assert not person.check_password("muukalaisen salasana")


@pytest.mark.parametrize("facts", [{"is_superuser": True}, {"is_staff": True}, {"is_active": False}])
def test_a_powerful_or_a_closed_account_is_never_taken_over_by_a_link(world, client, invitation, facts):
    person = make.make_user(email="uusi@example.org", password="vanha salasana", **facts)
    client.post(link(invitation), {"name": "X", "password": PASSWORD})
    assert fresh(person).check_password("vanha salasana")
    assert not person.roles.exists()


def test_a_role_that_begins_later_says_when(world, client):
    row = make_invitation(world.association, world.chair, starts_on=datetime.date(2098, 1, 1), ends_on=None)
    answer = accept_as(client, make.make_user(), row)
    assert answer.status_code == 302
    assert "Your role begins 1 Jan 2098" in client.get("/en/oma/").content.decode()


def test_saying_no_shows_on_the_page_and_the_link_is_dead(world, client, invitation):
    answer = client.post(link(invitation) + "kieltaydy/")
    assert (answer.status_code, "You said no" in answer.content.decode()) == (200, True)
    assert client.get(link(invitation)).status_code == 410
    assert client.post(link(invitation) + "kieltaydy/").status_code == 410
    client.force_login(world.chair)
    assert "Said no" in client.get(page(world.association)).content.decode()


def test_an_invitation_stays_good_when_its_sender_no_longer_leads(world, client, invitation):
    world.chair.roles.get().end(last_day=timezone.localdate() - DAY)
    person = make.make_user(email="uusi@example.org")
    accept_as(client, person, invitation)
    assert person.roles.count() == 1


def test_a_role_that_one_holds_already_is_not_doubled(world, client):
    row = make_invitation(world.association, world.chair, email=world.board.email)
    accept_as(client, world.board, row)
    assert world.board.roles.count() == 1


def test_a_role_that_ended_the_same_day_it_was_given_can_be_given_anew(world, client, invitation):
    person = make.make_user(email="uusi@example.org")
    make.make_role(
        person, "board_member", world.association, starts_on=invitation.starts_on, ends_on=invitation.starts_on
    )
    accept_as(client, person, invitation)
    assert person.roles.get().ends_on == invitation.ends_on


def test_the_key_of_the_link_is_not_in_the_logs():
    from advocacy_portal.lib.logs import hide_keys

    event = {"event": "request", "request": "GET /sv/kutsu/WzEsIng:1abc:xyz_-/kieltaydy/"}
    assert hide_keys(None, "info", event)["request"] == "GET /sv/kutsu/…/kieltaydy/"


# --- Asking to join ------------------------------------------------------------------------------


def join_page(organisation):
    return f"/en/yhdistykset/{organisation.pk}/liity/"


def told(kind=letters.ASKED):
    return set(OutgoingMail.objects.filter(kind=kind).values_list("to", flat=True))


def test_the_chair_the_secretary_and_the_coordinator_are_told_of_a_request(world, client):
    secretary = make.make_member_of("secretary", world.association)
    make.make_coordinator(world.other_union, [world.region])
    make.make_coordinator(world.district, [world.far_region])
    districts = make.make_coordinator(world.district)
    asker = make.make_user("Pyry Pyytäjä")
    client.force_login(asker)
    sent = {"kind": "board_member", "message": "Haluan auttaa.", "state": "approved", "person": world.chair.pk}
    assert client.post(join_page(world.association), sent).status_code == 302
    row = JoinRequest.objects.get()
    assert (row.person, row.kind, row.state, row.message) == (asker, "board_member", "waiting", "Haluan auttaa.")
    assert told() == {world.chair.email, secretary.email, world.coordinator.email, districts.email}
    letter = compose(OutgoingMail.objects.get(to=world.chair.email))
    assert "Pyry Pyytäjä" in letter.subject and "Haluan auttaa." in dict(letter.facts).values()
    assert f"/yhdistykset/{world.association.pk}/ihmiset/#pyynnot" in letter.button[1]
    assert not asker.roles.exists()


def test_without_chair_and_coordinator_the_unions_staff_are_told(world):
    world.chair.roles.get().end(last_day=timezone.localdate() - DAY)
    world.coordinator.roles.all().delete()
    asking.ask(person=make.make_user(), organisation=world.association, kind="member", message="", now=timezone.now())
    assert told() == {world.staff.email}


def test_the_next_step_waits_for_the_leaders_the_coordinator_and_where_there_is_no_chair_the_staff(world):
    now = timezone.now()
    make_join_request(world.association)
    make_join_request(world.association)
    make_join_request(world.other_association)

    def steps(who):
        with translation.override("en"):
            return [str(step.title) for step in steps_for(fresh(getattr(world, who)), now)]

    two, one = ["2 people wait for your answer"], ["1 person waits for your answer"]
    assert (steps("chair"), steps("coordinator")) == (two, two)
    for who in ("member", "board", "neighbour", "far_coordinator", "staff", "legal"):
        assert steps(who) == [], who
    assert steps("other_staff") == one, "nobody chairs the other union's association"
    assert steps("administrator") == one
    world.chair.roles.get().end(last_day=timezone.localdate() - DAY)
    assert steps("staff") == two


@pytest.mark.parametrize("rows", [1, 3])
def test_the_next_steps_cost_one_query(world, rows, django_assert_num_queries):
    from associations.roles.standing import standing_of

    for _ in range(rows):
        make_join_request(make.make_association(world.district, municipality=world.municipality))
    for who, queries in [("coordinator", 1), ("staff", 1), ("chair", 1), ("board", 0), ("legal", 0)]:
        user = fresh(getattr(world, who))
        standing_of(user)
        with django_assert_num_queries(queries):
            steps_for(user, timezone.now())


def test_approved_from_today_and_told_so(world, client):
    row = make_join_request(world.association, kind="board_member")
    client.force_login(world.chair)
    assert "Päiväkodin vanhempia." in client.get(page(world.association)).content.decode()
    client.post(f"/en/liittymispyynnot/{row.pk}/hyvaksy/")
    # Twice, and by another: one role, one letter.
    client.post(f"/en/liittymispyynnot/{row.pk}/hyvaksy/")
    client.force_login(world.coordinator)
    answer = client.post(f"/en/liittymispyynnot/{row.pk}/hyvaksy/", follow=True)
    assert "answered this request already" in answer.content.decode()
    with pytest.raises(ValidationError):
        asking.approve(row, by=world.staff, now=timezone.now())
    role = row.person.roles.get()
    today = timezone.localdate()
    assert (role.kind, role.starts_on, role.ends_on) == ("board_member", today, usual_term(today)[1])
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.role) == ("approved", world.chair, role)
    mail = OutgoingMail.objects.get(kind=letters.ANSWERED)
    assert (mail.to, wanted(mail)) == (row.person.email, True)
    with translation.override("fi"):
        assert world.association.name in compose(mail).subject


def test_refused_with_a_reason_that_is_sent(world, client):
    row = make_join_request(world.association)
    client.force_login(world.chair)
    refuse = f"/en/liittymispyynnot/{row.pk}/hylkaa/"
    assert client.post(refuse, {"reason": "  "}).status_code == 422
    assert client.post(refuse, {"reason": "Asut toisen yhdistyksen alueella."}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("refused", world.chair)
    letter = compose(OutgoingMail.objects.get(kind=letters.ANSWERED))
    assert "Asut toisen yhdistyksen alueella." in dict(letter.facts).values()
    assert world.chair.email not in str(letter)
    assert not row.person.roles.exists()
    # Not at once anew, but after a week.
    client.force_login(row.person)
    assert client.get(join_page(world.association)).status_code == 403
    JoinRequest.objects.update(decided_at=timezone.now() - 8 * DAY)
    assert client.get(join_page(world.association)).status_code == 200


def test_the_asker_takes_the_request_back(world, client):
    asker = make.make_user()
    client.force_login(asker)
    client.post(join_page(world.association), {"kind": "member", "message": ""})
    assert "You have asked to join" in client.get(join_page(world.association)).content.decode()
    assert client.post(join_page(world.association), {"kind": "member"}).status_code == 403, "once is enough"
    row = JoinRequest.objects.get()
    client.force_login(world.neighbour)
    assert client.post(f"/en/liittymispyynnot/{row.pk}/peru/").status_code == 404
    client.force_login(asker)
    assert client.post(f"/en/liittymispyynnot/{row.pk}/peru/").status_code == 302
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"cancelled"}
    assert client.post(f"/en/liittymispyynnot/{row.pk}/peru/").status_code == 403
    client.force_login(world.chair)
    client.post(f"/en/liittymispyynnot/{row.pk}/hyvaksy/")
    assert not asker.roles.exists()


@pytest.mark.parametrize("kind", ["chair", "staff", "administrator", ""])
def test_nobody_asks_to_be_more_than_a_member_of_the_board(world, client, kind):
    client.force_login(world.neighbour)
    assert client.post(join_page(world.association), {"kind": kind, "message": ""}).status_code == 422
    with pytest.raises(ValidationError):
        asking.ask(person=world.neighbour, organisation=world.association, kind=kind, message="", now=timezone.now())
    assert not JoinRequest.objects.exists()


def test_one_does_not_answer_ones_own_request(world, client):
    row = make_join_request(world.neighbour_association, world.coordinator)
    client.force_login(world.coordinator)
    assert client.post(f"/en/liittymispyynnot/{row.pk}/hyvaksy/").status_code == 403
    assert steps_for(fresh(world.coordinator), timezone.now()) == []


def test_unions_and_networks_are_not_joined_by_people_and_the_waiting_requests_are_few(world, client):
    client.force_login(world.neighbour)
    network = Organisation.objects.create(kind="network", name_fi="Verkosto")
    for organisation in (world.union, network):
        assert client.get(join_page(organisation)).status_code == 403
    for _ in range(5):
        make_join_request(make.make_association(world.union), world.neighbour)
    assert client.get(join_page(world.association)).status_code == 403


def test_a_visitor_logs_in_first_and_comes_back(world, client):
    answer = client.get(join_page(world.association))
    assert (answer.status_code, answer.url.endswith(f"?next={join_page(world.association)}")) == (302, True)


def test_a_letter_about_a_request_does_not_go_to_who_has_lost_the_role_meanwhile(world):
    asking.ask(person=make.make_user(), organisation=world.association, kind="member", message="", now=timezone.now())
    mail = OutgoingMail.objects.get(to=world.chair.email)
    assert wanted(mail)
    world.chair.roles.get().end(last_day=timezone.localdate() - DAY)
    assert not wanted(OutgoingMail.objects.get(pk=mail.pk))
    coordinators = OutgoingMail.objects.get(to=world.coordinator.email)
    assert wanted(coordinators)
    User.objects.filter(pk=world.coordinator.pk).update(is_active=False)
    assert not wanted(OutgoingMail.objects.get(pk=coordinators.pk))


def test_of_two_who_answer_at_once_the_first_holds(world):
    row = make_join_request(world.association)
    same = JoinRequest.objects.get(pk=row.pk)
    asking.refuse(row, by=world.chair, reason="Ei.", now=timezone.now())
    with pytest.raises(ValidationError):
        asking.approve(same, by=world.coordinator, now=timezone.now())
    with pytest.raises(ValidationError):
        asking.refuse(same, by=world.coordinator, reason="Ei.", now=timezone.now())
    assert not row.person.roles.exists()
    assert OutgoingMail.objects.filter(kind=letters.ANSWERED).count() == 1


def test_a_closed_account_is_not_let_in(world):
    row = make_join_request(world.association)
    User.objects.filter(pk=row.person_id).update(is_active=False)
    with pytest.raises(ValidationError):
        asking.approve(row, by=world.chair, now=timezone.now())
    assert steps_for(fresh(world.chair), timezone.now()) == []


def test_a_coordinator_who_works_at_the_office_too_is_told_of_both(world):
    make.make_role(world.coordinator, "staff", world.union)
    make_join_request(world.association)
    chairless = make.make_association(world.union)
    make_join_request(chairless)
    assert len(steps_for(fresh(world.coordinator), timezone.now())) == 2


def test_names_and_addresses_of_people_who_never_came_are_not_kept(world):
    long_ago = 105 * DAY
    make_invitation(world.association, world.chair, sent_ago=long_ago)
    answered = make_invitation(world.association, world.chair, sent_ago=long_ago)
    answered.decline(now=timezone.now() - 91 * DAY)
    accepted = make_invitation(world.association, world.chair, sent_ago=long_ago)
    accepted.accept(role=world.board.roles.get(), now=timezone.now() - long_ago)
    fresh_one = make_invitation(world.association, world.chair)
    make_join_request(world.association, state="refused", decided_at=timezone.now() - 366 * DAY)
    waiting = make_join_request(world.association, asked_at=timezone.now() - 366 * DAY)
    for _ in range(2):
        forget_old()
    assert set(Invitation.objects.all()) == {accepted, fresh_one}
    assert set(JoinRequest.objects.all()) == {waiting}
