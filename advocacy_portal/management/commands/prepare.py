from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from accounts.models import User


class Command(BaseCommand):
    help = "Bring the database up to date: migrations, reference data, and demo data into an empty one."

    def add_arguments(self, parser):
        parser.add_argument("--no-demo", action="store_true", help="Never add demo data.")

    def handle(self, *, no_demo, **options):
        with connection.cursor() as cursor:
            # An index on a large table takes longer than any page may.
            cursor.execute("SET statement_timeout = 0")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_places", stdout=self.stdout)
        if not no_demo and not User.objects.exists():
            call_command("seed_demo", stdout=self.stdout)
