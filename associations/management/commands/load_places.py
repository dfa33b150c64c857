from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from advocacy_portal.lib.intake import FaultyFile
from associations.places.loading import DATA, load_places

SHOWN = 40


class Command(BaseCommand):
    help = "Read municipalities, wellbeing regions, services, decision cycle and elections from the open data files."

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, default=DATA, help="Folder of the files (default: the project's own).")

    def handle(self, *, data, verbosity, **options):
        try:
            report = load_places(data)
        except FaultyFile as faulty:
            raise CommandError("Nothing was changed.\n" + "\n".join(faulty.faults))
        tell(self, "Places", report, verbosity)


def tell(command, title, report, verbosity):
    """Counts first; each change on its own line (all of them with -v 2)."""
    if not report.changes:
        command.stdout.write(f"{title}: no changes.")
    else:
        counts = ", ".join(f"{count} {what}" for what, count in report.counts.items())
        command.stdout.write(f"{title}: {counts}.")
        # A first load is nothing but newcomers: their count is enough.
        lines = report.changes if verbosity > 1 else [line for line in report.changes if " added: " not in line]
        for line in lines if verbosity > 1 else lines[:SHOWN]:
            command.stdout.write(f"  {line}")
        if verbosity < 2 and len(lines) > SHOWN:
            command.stdout.write(f"  … and {len(lines) - SHOWN} more; -v 2 shows them all.")
    for line in report.notes:
        command.stdout.write(f"  Note: {line}")
