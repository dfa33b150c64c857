"""The local mail catcher: takes every letter and puts it into a folder."""

import datetime
import signal
import threading

from django.core.management.base import BaseCommand

from notifications import mailbox


class Catcher:
    """aiosmtpd handler: each accepted letter is a file that is there whole or not at all."""

    def __init__(self, folder, write):
        self.folder = folder
        self.write = write

    async def handle_DATA(self, server, session, envelope):
        for recipient in envelope.rcpt_tos:
            name = mailbox.file_name(datetime.datetime.now(datetime.UTC), recipient)
            unfinished = self.folder / f".{name}"
            unfinished.write_bytes(envelope.original_content)
            unfinished.replace(self.folder / name)
            self.write(f"{recipient} → {name}")
        return "250 caught"


class Command(BaseCommand):
    # It keeps letters in files and needs nothing else of the portal.
    requires_system_checks = []
    help = "Catch the portal's letters and keep them as .eml files in the folder mail of LOCAL_DIR."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=1025)

    def handle(self, *args, host, port, **options):
        from aiosmtpd.controller import Controller

        folder = mailbox.folder()
        folder.mkdir(parents=True, exist_ok=True)
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        controller = Controller(Catcher(folder, self.stdout.write), hostname=host, port=port)
        controller.start()
        self.stdout.write(f"Catching mail on {host}:{port} into {folder}")
        self.stdout.flush()
        over.wait()
        controller.stop()
