"""Demo data: real organisations, plainly invented people, trainings that lie ahead."""

import datetime

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from associations.checks.asking import open_round
from associations.joining import asking, inviting
from associations.models import (
    Municipality,
    NetworkMembership,
    Organisation,
    Role,
    UnionDate,
    WellbeingRegion,
)
from associations.overview.counting import recount
from events.calendar.models import Event
from materials.brochures.defaults import default_template

PASSWORD = "vaikutus-2026"  # noqa: S105 (the demo's open secret)
HELSINKI = timezone.get_default_timezone()

# e-mail's first part: (name, phone)
PEOPLE = {
    "hallitus": ("Aino Mallikas", "040 000 0001"),
    "puheenjohtaja": ("Pertti Esimerkki", "040 000 0002"),
    "naapuri": ("Helmi Kokeilu", "040 000 0003"),
    "koordinaattori": ("Reino Malli", "040 000 0004"),
    "tyontekija": ("Taina Näyte", "040 000 0005"),
    "toinen": ("Siv Exempel", "040 000 0006"),
    "lakineuvonta": ("Lauri Lakimalli", "040 000 0007"),
    "yllapito": ("Yrjö Ylläpitäjä", ""),
    "sihteeri": ("Sirkka Sovitus", "040 000 0008"),
    "tamperelainen": ("Matti Mallitapaus", "040 000 0009"),
    "tukikoordinaattori": ("Kaisa Kuvitelma", "040 000 0010"),
    "jasen": ("Jari Jäsenkoe", "040 000 0011"),
    "tulija": ("Tuija Tulija", "040 000 0012"),
    "verkosto": ("Veera Verkostomalli", "040 000 0013"),
}
# Kymenlaakso, South Savo, North Savo, North Karelia and Central Finland.
COORDINATED = ["10", "12", "13", "14", "15"]


class Command(BaseCommand):
    help = "Fill an empty database with demo data."

    def add_arguments(self, parser):
        parser.add_argument("--yes", action="store_true", help="Do it also where DEBUG is off.")

    def handle(self, *, yes, **options):
        if not settings.DEBUG and not yes:
            raise CommandError("Demo data has a password that everybody knows. Say --yes if that is what you want.")
        if User.objects.exists():
            raise CommandError("There are people in the database already; demo data goes only into an empty one.")
        with transaction.atomic():
            call_command("load_associations", stdout=self.stdout)
            people = self.people()
            mll = Organisation.objects.unions().get(short_name="MLL")
            tukiliitto = Organisation.objects.unions().get(short_name="Tukiliitto")
            self.roles(people, mll, tukiliitto)
            self.contact_details(mll, tukiliitto)
            for union in (mll, tukiliitto):
                default_template(union)
            self.events(people, mll, tukiliitto)
            self.year_ahead(people, mll, tukiliitto)
            self.network(people, mll, tukiliitto)
            recount()
        self.stdout.write(f"Demo data is in: {len(people)} people, {Event.objects.count()} events.")

    def people(self):
        people = {}
        for who, (name, phone) in PEOPLE.items():
            user = User(email=f"{who}@example.org", name=name, phone=phone, language="sv" if who == "toinen" else "fi")
            user.set_password(PASSWORD)
            if who == "yllapito":
                user.is_staff = user.is_superuser = True
            user.save()
            # An address that its owner has shown to be theirs: log-in asks for it.
            user.emailaddress_set.create(email=user.email, verified=True, primary=True)
            people[who] = user
        return people

    def roles(self, people, mll, tukiliitto):
        this_year = timezone.localdate().replace(month=1, day=1)
        joensuu = Organisation.objects.get(union=mll, name_fi__contains="Joensuu")
        kuopio = Organisation.objects.get(union=mll, name_fi__contains="Kuopio")
        tampere = Organisation.objects.get(union=tukiliitto, name_fi__contains="Tampere")
        for who, kind, organisation in [
            ("puheenjohtaja", "chair", joensuu),
            ("hallitus", "board_member", joensuu),
            ("sihteeri", "secretary", joensuu),
            ("naapuri", "board_member", kuopio),
            ("tyontekija", "staff", mll),
            ("toinen", "staff", tukiliitto),
            ("lakineuvonta", "legal_adviser", tukiliitto),
            ("yllapito", "administrator", None),
            ("tamperelainen", "chair", tampere),
            ("jasen", "member", joensuu),
        ]:
            Role.objects.create(person=people[who], kind=kind, organisation=organisation, starts_on=this_year)
        for who, union, regions in [
            ("koordinaattori", mll, COORDINATED),
            ("tukikoordinaattori", tukiliitto, ["06", "07", "08"]),
        ]:
            role = Role.objects.create(person=people[who], kind="coordinator", organisation=union, starts_on=this_year)
            role.regions.set(WellbeingRegion.objects.filter(code__in=regions))

    def contact_details(self, mll, tukiliitto):
        for name, email in [("Joensuu", "joensuu@example.org"), ("Tampere", "tampere@example.org")]:
            organisation = Organisation.objects.get(kind="association", name_fi__contains=name)
            organisation.email = email
            organisation.municipalities.set([organisation.home_municipality])
            organisation.save(update_fields=["email"])

    def year_ahead(self, people, mll, tukiliitto):
        """What a union has going on at the turn of the year: next year's roles, newcomers, the details round."""
        now, today = timezone.now(), timezone.localdate()
        new_year, year_end = datetime.date(today.year + 1, 1, 1), datetime.date(today.year + 1, 12, 31)
        joensuu = Organisation.objects.get(union=mll, name_fi__contains="Joensuu")
        kuopio = Organisation.objects.get(union=mll, name_fi__contains="Kuopio")
        Role.objects.filter(person=people["puheenjohtaja"], organisation=joensuu).update(
            ends_on=datetime.date(today.year, 12, 31)
        )
        for organisation, who, kind in [(joensuu, "hallitus", "chair"), (kuopio, "naapuri", "chair")]:
            Role.objects.create(
                person=people[who], kind=kind, organisation=organisation, starts_on=new_year, ends_on=year_end
            )
        inviting.enter(
            by=people["puheenjohtaja"], organisation=joensuu, email="uusi@example.org", name="Uuno Uusimalli",
            kind="board_member", starts_on=new_year, ends_on=year_end, now=now,
        )  # fmt: skip
        asking.ask(
            person=people["tulija"], organisation=joensuu, kind="board_member", now=now,
            message="Olen ollut mukana perhekahvilassa ja haluaisin auttaa hallituksessa.",
        )  # fmt: skip
        open_round(
            union=mll, title=f"Yhteystiedot vuodelle {new_year.year}", by=people["tyontekija"], now=now,
            deadline=today + datetime.timedelta(days=23),
        )  # fmt: skip
        dates = [
            (mll, "Lapsen oikeuksien päivä", "Barnkonventionens dag", 20, 11, "everybody", 30),
            (mll, "Ensi vuoden toimintasuunnitelma liittoon", "Nästa års verksamhetsplan", 31, 12, "family", 45),
            (mll, "Koordinaattorien suunnittelupäivä", "Koordinatorernas planeringsdag", 19, 1, "office", 60),
            (tukiliitto, "Kansainvälinen vammaisten päivä", "Internationella funktionshinderdagen", 3, 12,
             "everybody", 30),
        ]  # fmt: skip
        for union, title_fi, title_sv, day, month, audience, remind_days in dates:
            UnionDate.objects.create(
                union=union, title_fi=title_fi, title_sv=title_sv, day=day, month=month, audience=audience,
                remind_days=remind_days,
            )  # fmt: skip

    def network(self, people, mll, tukiliitto):
        """A network across the two unions; one of them shows its board to the others."""
        network = Organisation.objects.create(
            kind="network",
            name_fi="Mallimaan vaikuttajaverkosto",
            name_sv="Modellandets påverkansnätverk",
            introduction="Lapsiperheiden ja vammaisten ihmisten järjestöt vaikuttavat yhdessä.",
            languages="fi,sv",
        )
        today = timezone.localdate()
        Role.objects.create(person=people["verkosto"], kind="chair", organisation=network, starts_on=today)
        for member, shares in [(mll, True), (tukiliitto, False)]:
            NetworkMembership.objects.create(
                network=network, member=member, invited_on=today, joined_on=today, shares_contacts=shares
            )

    def events(self, people, mll, tukiliitto):
        """The trainings and webinars that the background texts announce, moved to days that lie ahead."""
        everywhere = {"open_to_all": True, "language": "fi"}
        events = [
            dict(
                organiser=mll,
                kind="coaching",
                title="Lapsivaikutusten arviointi kunnissa",
                summary="Mitä lapsivaikutusten arviointi tarkoittaa ja mitä yhdistyksen on tärkeä siitä tietää.",
                description="Valmennusillassa käymme läpi, miten kunta arvioi päätöstensä vaikutuksia lapsiin ja miten "
                "yhdistys voi pyytää arviointia ja auttaa siinä.\n\nIlta sopii kaikille hallitusten jäsenille. "
                "Aiempaa kokemusta ei tarvita.",
                audience="MLL:n yhdistysten hallitukset ja vaikuttamisvastaavat",
                trainers="Kaksi MLL:n lapsivaikutusten arvioinnin asiantuntijaa",
                day=16,
                start="17.30",
                end="19.00",
                attendance="remote",
                remote_link="https://example.org/etahuone/lapsivaikutukset",
                open_to_all=True,
                capacity=60,
            ),
            dict(
                organiser=mll,
                kind="webinar",
                title="Miten lasten, nuorten ja perheiden hyvinvointia edistetään sivistyskunnassa?",
                summary="Webinaari on suunnattu erityisesti kuntapäättäjille, mutta se on avoin kaikille kiinnostuneille.",
                description="Puhumme siitä, miten kunta voi tukea lasten, nuorten ja perheiden hyvinvointia "
                "varhaiskasvatuksessa, koulussa ja vapaa-ajalla.",
                audience="Kuntapäättäjät ja kaikki aiheesta kiinnostuneet",
                co_organisers="Kuntaliitto, lapsistrategia",
                day=10,
                start="15.00",
                end="17.00",
                attendance="remote",
                outside_registration_url="https://example.org/sivistyskunta",
                **everywhere,
            ),
            dict(
                organiser=mll,
                kind="webinar",
                title="Miten lasten, nuorten ja perheiden hyvinvointia edistetään hyvinvointialueella?",
                summary="Webinaari on suunnattu erityisesti hyvinvointialueiden päättäjille, mutta se on avoin kaikille.",
                description="Kuulemme, mitä hyvinvointialueet tekevät lasten, nuorten ja perheiden hyväksi ja mitä "
                "järjestöt voivat tuoda mukaan.",
                audience="Hyvinvointialueiden päättäjät ja kaikki aiheesta kiinnostuneet",
                co_organisers="Hyvil, lapsistrategia, Kuntaliitto",
                day=52,
                start="15.30",
                end="17.00",
                attendance="remote",
                remote_link="https://example.org/etahuone/hyvinvointialue",
                **everywhere,
            ),
            dict(
                organiser=mll,
                kind="online_course",
                title="Yhdistyksen vaikuttamistyö",
                summary="Maksuton verkkokurssi, jonka voit tehdä omaan tahtiisi kuuden viikon aikana.",
                description="Kurssilla opit, miten yhdistys valitsee teemansa, löytää oikeat päättäjät ja saa viestinsä "
                "läpi. Kurssin järjestää Opintokeskus Sivis. Kokonaisuutta ovat olleet rakentamassa myös MLL:n "
                "vaikuttamistyön asiantuntijat.",
                audience="Yhdistysten hallitukset ja vapaaehtoiset",
                co_organisers="Opintokeskus Sivis",
                day=69,
                days=42,
                start="9.00",
                end="16.00",
                closes_before=14,
                attendance="remote",
                is_period=True,
                outside_registration_url="https://example.org/verkkokurssi",
                **everywhere,
            ),
            dict(
                organiser=mll,
                kind="training",
                title="Uuden hallituksen peruskoulutus",
                summary="Mitä hallitus tekee, mistä se vastaa ja kuka auttaa. Sopii uusille ja kertaaville.",
                description="Illan aikana käymme läpi hallituksen tehtävät ja vuoden kulun. Tutustumme muihin alueen "
                "hallituksiin. Kahvit tarjotaan.",
                audience="Itä- ja Keski-Suomen yhdistysten hallitukset",
                trainers="Aluekoordinaattori Reino Malli",
                day=51,
                start="17.00",
                end="19.00",
                attendance="hybrid",
                place="Vapaaehtoiskeskus",
                address="Mallikatu 1, Joensuu",
                municipality="167",
                remote_link="https://example.org/etahuone/hallitus",
                accessibility="Tilaan pääsee pyörätuolilla. Induktiosilmukka. Etäyhteydessä on tekstitys.",
                open_to_all=False,
                capacity=20,
                regions=COORDINATED,
            ),
            dict(
                organiser=tukiliitto,
                kind="meetup",
                title="Jäsenyhdistysten verkkotreffit",
                summary="Verkkokeskustelu ajankohtaisista asioista yhdistyksen arjessa.",
                description="Tule kertomaan, mitä teille kuuluu, ja kuulemaan, mitä muualla tehdään.",
                audience="Tukiyhdistysten aktiivit",
                day=17,
                start="18.00",
                end="19.00",
                attendance="remote",
                remote_link="https://example.org/etahuone/verkkotreffit",
                open_to_all=False,
            ),
            dict(
                organiser=tukiliitto,
                kind="discussion",
                title="Vaikuttamistyöryhmien keskusteluilta",
                summary="Valtakunnallinen ilta: mitä hyvinvointialueiden talousarvioista seuraa vammaisten ihmisten arkeen?",
                description="Työryhmät kertovat, mitä omalla alueella on päätetty. Tukiliiton asiantuntijat vastaavat kysymyksiin.",
                audience="Alueelliset vaikuttamistyöryhmät ja kaikki kiinnostuneet",
                day=24,
                start="17.30",
                end="19.00",
                attendance="remote",
                remote_link="https://example.org/etahuone/keskusteluilta",
                capacity=100,
                **everywhere,
            ),
            dict(
                organiser=tukiliitto,
                kind="training",
                title="Kuntayhteistyökoulutus: näin pääsette alkuun",
                summary="Miten yhdistys kutsuu kunnan keskustelemaan ja mitä tapaamisesta jää käteen.",
                description="Koulutuksessa suunnittelette oman kuntayhteistyötilaisuutenne: aiheet, kutsut, ennakkotiedot ja sovittujen asioiden seuranta.",
                audience="Tukiyhdistysten hallitukset",
                day=66,
                start="10.00",
                end="15.00",
                attendance="onsite",
                place="Tukiliiton toimisto",
                address="Mallikatu 5, Tampere",
                municipality="837",
                capacity=12,
                accessibility="Esteetön tila. Kerro avustajan tarpeesta ilmoittautuessasi.",
                price="",
                **everywhere,
            ),
        ]
        for facts in events:
            self.event(people, **facts)
        draft = dict(
            organiser=mll,
            kind="theme_event",
            title="Mielipidekirjoitus illassa",
            day=80,
            start="17.00",
            end="19.00",
            summary="Kirjoitamme yhdessä mielipidekirjoituksen paikallislehteen.",
            attendance="remote",
            remote_link="https://example.org/etahuone/kirjoitusilta",
            open_to_all=False,
            language="fi",
        )
        self.event(people, publish=False, **draft)

    def event(
        self, people, *, day, start, end, days=0, closes_before=1, regions=(), municipality=None, publish=True, **facts
    ):
        """Save one event ``day`` days from today, at Finnish hours such as ``17.30``."""

        def moment(day, clock):
            hour, minute = clock.split(".")
            date = timezone.localdate() + datetime.timedelta(days=day)
            return datetime.datetime.combine(date, datetime.time(int(hour), int(minute)), tzinfo=HELSINKI)

        facts.setdefault("language", "fi")
        starts_at = moment(day, start)
        event = Event(
            starts_at=starts_at,
            ends_at=moment(day + days, end),
            registration_closes_at=starts_at - datetime.timedelta(days=closes_before),
            municipality=Municipality.objects.get(code=municipality) if municipality else None,
            **facts,
        )
        event.full_clean()
        event.save()
        event.regions.set(WellbeingRegion.objects.filter(code__in=regions))
        if publish:
            event.publish(now=timezone.now())
