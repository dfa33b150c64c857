"""``manage.py make_scale_data``: a database the size of a whole country's associations, for measuring."""

import time

import pgtrigger
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from advocacy_portal.management.scale import Filling
from associations.models import Municipality


class Command(BaseCommand):
    help = "Add invented associations, people, events and registrations by the thousand, for measuring."

    def add_arguments(self, parser):
        for name in ("associations", "people", "events", "registrations"):
            parser.add_argument(f"--{name}", type=int, default=0, metavar="N")
        parser.add_argument("--seed", type=int, default=1, help="Another seed gives other names, days and choices.")
        parser.add_argument("--yes", action="store_true", help="Go on although DEBUG is off.")

    def handle(self, *, associations, people, events, registrations, seed, yes, **options):
        if not (settings.DEBUG or yes):
            raise CommandError("DEBUG is off: this may be a real portal. Add --yes to fill it with invented data.")
        if min(associations, people, events, registrations) < 0:
            raise CommandError("Numbers must not be negative.")
        if not Municipality.objects.exists():
            call_command("load_places", stdout=self.stdout)
        started = time.monotonic()
        # Nobody asks who changed invented rows: without their history the filling takes half the time.
        with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
            # The limits that guard pages do not fit a job of minutes.
            cursor.execute("SET LOCAL statement_timeout = 0")
            # Work memory for one session: the joins below then hash instead of sorting on disk.
            cursor.execute("SET LOCAL work_mem = '128MB'")
            filling = Filling(cursor, seed=seed, now=timezone.now(), tell=self.tell)
            filling.organisations(associations)
            filling.people(people)
            filling.events(events)
            filling.registrations(registrations)
            filling.states()
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            # ANALYZE for the planner; VACUUM so that the first readers need not tidy up.
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("RESET statement_timeout")
        self.stdout.write(f"Done in {time.monotonic() - started:.1f} s.")

    def tell(self, label, rows, seconds):
        self.stdout.write(f"{label:<28}{rows:>10,} rows {seconds:>7.1f} s")
