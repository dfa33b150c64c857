# ruff: noqa: S608, SIM905, E501 (SQL is made of our own words; lists of names read better as lines)
"""How ``make_scale_data`` fills tables: one INSERT .. SELECT a table, the choices by arithmetic on a row's number.

No random(): the same seed gives the same data, whatever plan PostgreSQL chooses. Every run adds rows of its
own (keys come from the sequences), so it may be run again to add more.
"""

import time

from django.core.management.base import CommandError
from django.db import connection
from django.db.models import NOT_PROVIDED

FIRST_NAMES = (
    "Aino Eino Helmi Onni Lempi Toivo Tyyne Väinö Saimi Urho Impi Armas Kerttu Reino Aune Vilho Hilja Oiva Martta Sulo "
    "Siiri Tauno Elvi Uuno Bertta Arvo Fanni Jalmari Hilda Kalle Ebba Holger Svea Torsten Märta Gunnar"
).split()
LAST_NAMES = (
    "Mallikas Koivula Saarela Niittylä Harjunen Lehtola Mäntylä Rantanen Purola Kivelä Suvanto Kuusela Haavisto Peltola "
    "Kallioinen Ahola Hakala Vainikka Notkola Tuomela Ojala Marjamaa Lammela Kaskela Sandås Björkgård Nyäng Storholm"
).split()
PLACES = (
    "Koivurannan Saarilahden Kuusimäen Niemenkylän Peltorinteen Harjulan Mäntykankaan Suvannon Kalliolahden Lehtomäen "
    "Pihlajiston Rantakylän Metsäpuron Vaahterikon Aurinkolahden Myllypuron"
).split()
WORKS = ["perheyhdistys", "vertaistuki", "omaisyhdistys", "kansalaisyhdistys", "tukiyhdistys", "kylätoiminta"]
SUBJECTS = [
    "Vaikuttamisen perusteet", "Kuntavaikuttamisen webinaari", "Hyvinvointialueen budjetti tutuksi",
    "Yhdistys kumppanina", "Aloite valtuustolle", "Lausunnon kirjoittaminen", "Vaaliviikon valmennus",
    "Verkostotapaaminen", "Hallituksen startti", "Viestinnän työpaja", "Avustushaku askel askeleelta",
    "Uusien toimijoiden ilta",
]  # fmt: skip


def pick(words, number, spread):
    """SQL: one of ``words`` for the row numbered ``number``. Different ``spread`` (a prime), different order."""
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return f"(ARRAY[{listed}])[1 + (({number}) * {spread} + %(seed)s * 7919) %% {len(words)}]"


class Filling:
    """One run. Temporary tables ``scale_*`` number the rows (n = 1, 2, …) that the next table hangs on."""

    def __init__(self, cursor, *, seed, now, tell):
        self.cursor = cursor
        self.facts = {"seed": seed % 1_000_003, "now": now, "today": now.date()}
        self.tell = tell
        self.number("municipalities", "associations_municipality", where="valid_to IS NULL")
        self.number("regions", "associations_wellbeingregion")

    def run(self, sql, **facts):
        # Values are written in here: pgtrigger.ignore() puts a word of its own before each statement, with a value
        # of its own, and cannot do so beside named ones.
        written = self.cursor.mogrify(sql, self.facts | facts).decode()
        self.cursor.execute(written.replace("%", "%%"))
        return self.cursor.rowcount

    def value(self, sql):
        self.run(sql)
        return self.cursor.fetchone()[0]

    def count(self, name):
        return self.value(f"SELECT count(*) FROM scale_{name}")

    def number(self, name, table, *, columns="", where="true"):
        """Number rows that are there already."""
        self.run(f"DROP TABLE IF EXISTS scale_{name}")
        self.run(
            f"CREATE TEMP TABLE scale_{name} ON COMMIT DROP AS "
            f"SELECT row_number() OVER (ORDER BY id) AS n, id{columns} FROM {table} WHERE {where}"
        )
        self.index(name)

    def plan(self, name, model, count, columns="", joins="", *, of_id=""):
        """Number rows to come, with their keys and whatever later tables want to know of them.

        ``of_id``: columns that are made of the key itself.
        """
        self.run(f"DROP TABLE IF EXISTS scale_{name}")
        self.run(
            f"CREATE TEMP TABLE scale_{name} ON COMMIT DROP AS SELECT planned.*{of_id} FROM ("
            f"SELECT s.n, nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id')) AS id{columns} "
            f"FROM generate_series(1, %(count)s) AS s(n) {joins} ORDER BY s.n) AS planned",
            count=count,
        )
        self.index(name)

    def index(self, name):
        self.run(f"CREATE UNIQUE INDEX ON scale_{name} (n)")
        self.run(f"ANALYZE scale_{name}")

    def fill(self, model, source, **columns):
        """INSERT .. SELECT into the model's table. What ``columns`` (SQL) leave out gets the field's default."""
        started = time.monotonic()
        facts, names, values = {}, [], []
        for field in model._meta.concrete_fields:
            if field.column in columns:
                expression = columns.pop(field.column)
            elif field.primary_key:
                continue
            else:
                expression = f"%(d_{field.column})s"
                facts[f"d_{field.column}"] = field.get_db_prep_save(self.default(field), connection)
            names.append(connection.ops.quote_name(field.column))
            values.append(f"({expression})::{field.rel_db_type(connection) if field.is_relation else self.type(field)}")
        if columns:
            raise ValueError(f"{model.__name__} has no column {', '.join(columns)}")
        rows = self.run(
            f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {source}", **facts
        )
        self.tell(str(model._meta.verbose_name_plural), rows, time.monotonic() - started)
        return rows

    @staticmethod
    def type(field):
        return field.cast_db_type(connection) if field.primary_key else field.db_type(connection)

    @staticmethod
    def default(field):
        if field.default is not NOT_PROVIDED or field.null:
            return field.get_default()
        if field.empty_strings_allowed and field.get_internal_type() not in ("BinaryField",):
            return ""
        raise ValueError(f"make_scale_data must say what goes into {field}.")

    # --- who we are --------------------------------------------------------------------------

    def organisations(self, count):
        """Unions, each with its districts; associations in real municipalities under them."""
        from associations.models import Organisation

        table = Organisation._meta.db_table
        if not count:
            self.number("unions", table, where="kind = 'union'")
            self.number("associations", table, columns=", union_id", where="kind = 'association' AND ended_on IS NULL")
            return
        unions, districts = max(1, count // 10_000), max(1, count // 100)
        self.plan("unions", Organisation, unions)
        self.fill(
            Organisation, "scale_unions u",
            id="u.id", kind="'union'", union_id="u.id",
            name_fi="'Malliliitto ' || u.id || ' ry'", short_name="'ML ' || u.id",
            email="'liitto' || u.id || '@example.org'", languages="'fi'",
        )  # fmt: skip
        self.plan(
            "districts",
            Organisation,
            districts,
            ", u.id AS union_id",
            f"JOIN scale_unions u ON u.n = 1 + s.n %% {unions}",
        )
        self.fill(
            Organisation, "scale_districts d",
            id="d.id", kind="'district'", parent_id="d.union_id", union_id="d.union_id",
            name_fi="'Mallimaan piiri ' || d.id || ' ry'", languages="'fi'",
        )  # fmt: skip
        self.through(
            Organisation.wellbeing_regions, "scale_districts d JOIN scale_regions r ON r.n = 1 + d.n %% (SELECT count(*) FROM scale_regions)",
            organisation_id="d.id", wellbeingregion_id="r.id",
        )  # fmt: skip
        self.plan(
            "associations", Organisation, count, ", d.id AS parent_id, d.union_id, m.id AS municipality_id",
            f"JOIN scale_districts d ON d.n = 1 + s.n %% {districts} "
            "JOIN scale_municipalities m ON m.n = 1 + (s.n * 131 + %(seed)s) %% (SELECT count(*) FROM scale_municipalities)",
        )  # fmt: skip
        self.fill(
            Organisation, "scale_associations a",
            id="a.id", kind="'association'", parent_id="a.parent_id", union_id="a.union_id",
            name_fi=f"{pick(PLACES, 'a.n', 7)} || ' ' || {pick(WORKS, 'a.n', 11)} || ' ' || a.id || ' ry'",
            home_municipality_id="a.municipality_id", email="'yhdistys' || a.id || '@example.org'", languages="'fi'",
            # A third has told no phone number; details were confirmed at some time of the last two years, or never.
            phone="CASE WHEN a.n %% 3 = 0 THEN '' ELSE '040 ' || (1000000 + a.n) END",
            details_confirmed_at="CASE WHEN a.n %% 7 = 0 THEN NULL ELSE "
            "%(now)s::timestamptz - a.n * 13 %% 730 * interval '1 day' END",
        )  # fmt: skip
        self.through(
            Organisation.municipalities, "scale_associations a",
            organisation_id="a.id", municipality_id="a.municipality_id",
        )  # fmt: skip

    def through(self, relation, source, **columns):
        """Rows of a many-to-many table."""
        started = time.monotonic()
        table = relation.through._meta.db_table
        rows = self.run(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {source}"
        )
        self.tell(str(relation.field.verbose_name), rows, time.monotonic() - started)

    def people(self, count):
        """People with verified addresses; boards of the associations, some staff, some coordinators."""
        from allauth.account.models import EmailAddress
        from django.contrib.auth.hashers import make_password

        from accounts.models import User
        from associations.models import Role

        if not count:
            self.number("people", User._meta.db_table, columns=", email, name", where="is_active")
            return
        self.plan(
            "people", User, count,
            f", {pick(FIRST_NAMES, 's.n', 1)} || ' ' || {pick(LAST_NAMES, 's.n / 36', 5)} AS name",
            of_id=", 'mitta' || planned.id || '@example.org' AS email",
        )  # fmt: skip
        # Nobody logs in with a password they never chose.
        self.facts["unusable"] = make_password(None)
        self.fill(
            User, "scale_people p",
            id="p.id", email="p.email", name="p.name", date_joined="%(now)s",
            password="%(unusable)s",  # noqa: S106
            language="CASE WHEN p.n %% 20 = 0 THEN 'sv' ELSE 'fi' END", phone="'040 ' || (2000000 + p.n)",
            last_login="CASE WHEN p.n %% 3 = 0 THEN NULL ELSE "
            "%(now)s::timestamptz - p.n * 17 %% 900 * interval '1 day' END",
        )  # fmt: skip
        self.fill(EmailAddress, "scale_people p", user_id="p.id", email="p.email", verified="true", primary="true")
        associations = self.count("associations")
        if not associations:
            return
        # The last ones work for the unions: three in each office, and a coordinator for each region.
        posts = self.count("regions") + 3
        in_offices = min(count, self.count("unions") * posts)
        # They sit on no board, unless there are too few people for that.
        on_boards = count - in_offices if count > 2 * in_offices else count
        self.fill(
            Role, f"scale_people p JOIN scale_associations a ON p.n <= {on_boards} AND a.n = 1 + (p.n - 1) %% {associations}",
            person_id="p.id", organisation_id="a.id", starts_on="date_trunc('year', %(today)s::date)::date",
            # One board in 40 has lost its chair.
            kind=f"CASE (p.n - 1) / {associations} WHEN 0 THEN CASE WHEN p.n %% 40 = 0 THEN 'board_member' ELSE 'chair' END "
            "WHEN 1 THEN 'secretary' ELSE 'board_member' END",
        )  # fmt: skip
        self.plan(
            "posts", Role, in_offices,
            f", u.id AS union_id, p.id AS person_id, (s.n - 1) %% {posts} - 2 AS region_n",
            f"JOIN scale_unions u ON u.n = 1 + (s.n - 1) / {posts} JOIN scale_people p ON p.n = {count} + 1 - s.n",
        )  # fmt: skip
        self.fill(
            Role, "scale_posts x",
            id="x.id", person_id="x.person_id", organisation_id="x.union_id",
            starts_on="date_trunc('year', %(today)s::date)::date",
            kind="CASE WHEN x.region_n > 0 THEN 'coordinator' ELSE 'staff' END",
        )  # fmt: skip
        self.through(
            Role.regions, "scale_posts x JOIN scale_regions r ON r.n = x.region_n",
            role_id="x.id", wellbeingregion_id="r.id",
        )  # fmt: skip

    def states(self):
        """How each association is doing, counted as the portal counts it."""
        from associations.overview import counting

        started = time.monotonic()
        self.tell("states of associations", counting.recount(), time.monotonic() - started)

    # --- when we meet ------------------------------------------------------------------------

    def events(self, count):
        """Events over three past and two coming years, most of them published and open to all."""
        from events.calendar.models import Event

        self.new_events = bool(count)
        if count:
            if not self.count("unions"):
                raise CommandError("Events need an organiser: ask for associations too.")
            # Hours stand on the hour in UTC; a fifth has no limit of seats, every 25th registers elsewhere.
            self.plan(
                "events", Event, count,
                """,
                date_trunc('day', %(now)s::timestamptz) + (s.n * 7919 + %(seed)s) %% 1825 * interval '1 day'
                    - interval '1095 days' + (6 + s.n %% 11) * interval '1 hour' AS starts_at,
                s.n %% 25 = 7 AS is_outside,
                CASE WHEN s.n %% 5 = 0 OR s.n %% 25 = 7 THEN NULL ELSE 20 + s.n * 13 %% 180 END AS capacity,
                CASE WHEN s.n %% 40 = 0 THEN 'draft' WHEN s.n %% 50 = 1 THEN 'cancelled' ELSE 'published' END AS state,
                (ARRAY['onsite', 'remote', 'hybrid'])[1 + s.n %% 3] AS attendance,
                u.id AS union_id, m.id AS municipality_id
                """,
                "JOIN scale_unions u ON u.n = 1 + s.n %% (SELECT count(*) FROM scale_unions) "
                "JOIN scale_municipalities m ON m.n = 1 + (s.n * 17) %% (SELECT count(*) FROM scale_municipalities)",
            )  # fmt: skip
            self.fill(
                Event, "scale_events e",
                id="e.id", uid="md5('event' || e.id)::uuid", organiser_id="e.union_id",
                kind=pick([kind for kind in Event.Kind.values if kind != "online_course"], "e.n", 3),
                title=f"{pick(SUBJECTS, 'e.n', 5)} || ' ' || e.id",
                summary="'Keksitty tilaisuus mittaamista varten.'",
                description="repeat('Illan aikana käymme läpi, miten yhdistys vaikuttaa omalla paikkakunnallaan. ', 6)",
                audience="'Yhdistysten hallitukset'", trainers=f"{pick(FIRST_NAMES, 'e.n', 13)} || ' Mallikas'",
                open_to_all="e.n %% 4 <> 3", starts_at="e.starts_at", ends_at="e.starts_at + interval '2 hours'",
                attendance="e.attendance",
                place="CASE e.attendance WHEN 'remote' THEN '' ELSE 'Yhdistystalo' END",
                municipality_id="CASE e.attendance WHEN 'remote' THEN NULL ELSE e.municipality_id END",
                remote_link="CASE WHEN e.attendance = 'onsite' THEN '' ELSE 'https://example.org/etahuone/' || e.id END",
                outside_registration_url="CASE WHEN e.is_outside THEN 'https://example.org/muualla/' || e.id ELSE '' END",
                language="CASE WHEN e.n %% 20 = 0 THEN 'sv' ELSE 'fi' END", capacity="e.capacity",
                registration_closes_at="e.starts_at - interval '1 day'", state="e.state",
                published_at="CASE WHEN e.state <> 'draft' THEN e.starts_at - interval '90 days' END",
                cancelled_at="CASE WHEN e.state = 'cancelled' THEN e.starts_at - interval '3 days' END",
                cancel_reason="CASE WHEN e.state = 'cancelled' THEN 'Kouluttaja sairastui.' ELSE '' END",
                revision="CASE WHEN e.state = 'cancelled' THEN 1 ELSE 0 END",
            )  # fmt: skip
        ours = "id IN (SELECT id FROM scale_events) AND " if count else ""
        self.number(
            "bookable", Event._meta.db_table, columns=", capacity, seats_taken, last_number, starts_at",
            where=f"{ours}state = 'published' AND outside_registration_url = ''",
        )  # fmt: skip

    def registrations(self, count):
        """Registrations spread evenly; seats and numbers as if people had come one by one."""
        from events.calendar.models import Event
        from events.registrations.models import Registration

        if not count:
            return
        events, people = self.count("bookable"), self.count("people")
        if not events:
            raise CommandError("Registrations need published events: ask for events too.")
        # The k-th to come to an event; every tenth has cancelled, c counts those before.
        self.plan(
            "registrations", Registration, count,
            ", e.id AS event_id, e.n AS event_n, e.starts_at, x.k, x.k - (x.k + 3) / 10 AS kept, x.k %% 10 = 7 AS is_off, "
            "e.last_number + x.k AS number, e.seats_taken, e.capacity",
            f"CROSS JOIN LATERAL (SELECT (s.n - 1) / {events} + 1 AS k, 1 + (s.n - 1) %% {events} AS e_n) x "
            "JOIN scale_bookable e ON e.n = x.e_n",
            of_id=", CASE WHEN is_off THEN 'cancelled' WHEN capacity IS NULL OR seats_taken + kept <= capacity "
            "THEN 'confirmed' ELSE 'waiting' END AS state, "
            "least(starts_at - interval '60 days', %(now)s::timestamptz - interval '30 days') + k * interval '1 minute' AS came",
        )  # fmt: skip
        # A member registers once for an event; into events that were there before, only guests come.
        members = f"r.k %% 3 <> 0 AND r.k < {people}" if people and self.new_events else "false"
        self.fill(
            Registration,
            f"scale_registrations r LEFT JOIN scale_people p ON {members} "
            f"AND p.n = 1 + (r.event_n * 7919 + r.k) %% {max(people, 1)}",
            id="r.id", event_id="r.event_id", person_id="p.id", number="r.number", state="r.state",
            name="coalesce(p.name, 'Vieras Mallikas')", email="coalesce(p.email, 'vieras' || r.id || '@example.org')",
            form_key="md5('registration' || r.id)::uuid", created_at="r.came",
            confirmed_at="CASE WHEN r.state = 'confirmed' THEN r.came END",
            cancelled_at="CASE WHEN r.state = 'cancelled' THEN r.came + interval '1 day' END",
        )  # fmt: skip
        self.run(
            f"""
            UPDATE {Event._meta.db_table} e
            SET last_number = r.last_number, seats_taken = e.seats_taken + r.confirmed
            FROM (SELECT event_id, max(number) AS last_number, count(*) FILTER (WHERE state = 'confirmed') AS confirmed
                  FROM scale_registrations GROUP BY event_id) r
            WHERE e.id = r.event_id
            """
        )
