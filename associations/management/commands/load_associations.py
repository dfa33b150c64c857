from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from advocacy_portal.lib.intake import FaultyFile
from associations.management.commands.load_places import tell
from associations.organisations.loading import load_associations
from associations.places.loading import DATA


class Command(BaseCommand):
    help = "Read real organisations (unions, districts, associations) from associations.csv."

    def add_arguments(self, parser):
        parser.add_argument("--file", type=Path, default=DATA / "associations.csv")

    def handle(self, *, file, verbosity, **options):
        try:
            report = load_associations(file)
        except FaultyFile as faulty:
            raise CommandError("Nothing was changed.\n" + "\n".join(faulty.faults))
        tell(self, "Organisations", report, verbosity)
