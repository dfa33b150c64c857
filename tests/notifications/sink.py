"""A real SMTP server in a thread, with a fault for each phase on demand."""

import asyncio
import email
import email.policy
import socket
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, syntax


class _Server(SMTP):
    """aiosmtpd's server, which hangs where it is told to."""

    sink = None

    async def smtp_MAIL(self, arg):
        if not await self.sink.trouble(self, "mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.sink.trouble(self, "rcpt", arg):
            await super().smtp_RCPT(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg):
        if not await self.sink.trouble(self, "data"):
            await super().smtp_DATA(arg)


class Sink(Controller):
    """Counts what was accepted: ``accepted`` holds one entry per message that got its 250 (or lost it on the way).

    ``faults[phase]`` is a list that is used up from the front; each entry is an SMTP reply, "hang", "drop",
    "drip" or None (no fault). Phases: mail, rcpt, data, dot.
    """

    def __init__(self, auth=None, **kwargs):
        self.accepted = []
        self.connections = 0
        self.faults = {"mail": [], "rcpt": [], "data": [], "dot": []}
        self.on_data = None
        self.auth = auth
        self.lock = threading.Lock()
        self.release = threading.Event()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        super().__init__(self, hostname="127.0.0.1", port=port, ready_timeout=10)

    def factory(self):
        self.connections += 1
        kwargs = {"hostname": "sink.example.org", "enable_SMTPUTF8": False, "data_size_limit": 50_000_000}
        if self.auth:
            kwargs |= {"auth_required": True, "auth_require_tls": False, "authenticator": self._authenticate}
        server = _Server(self, **kwargs)
        server.sink = self
        return server

    def _authenticate(self, server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self.auth, handled=False)

    async def trouble(self, server, phase, arg=""):
        """Act out the next fault of ``phase``; True when the command is answered (or never will be)."""
        with self.lock:
            fault = self.faults[phase].pop(0) if self.faults[phase] else None
        if fault is None:
            return False
        if fault == "hang":
            while not self.release.is_set():
                await asyncio.sleep(0.02)
            server.transport.abort()
        elif fault == "drop":
            server.transport.abort()
        elif fault == "drip":
            for sign in "250-slow":
                server._writer.write(sign.encode())
                await asyncio.sleep(0.1)
            server.transport.abort()
        else:
            await server.push(fault)
            if fault.startswith("421"):
                server.transport.close()
        return True

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            fault = self.faults["dot"].pop(0) if self.faults["dot"] else None
        if fault in (None, "hang", "drop", "250 then drop"):
            self.accepted.append((list(envelope.rcpt_tos), envelope.content))
        if fault == "hang":
            while not self.release.is_set():
                await asyncio.sleep(0.02)
        if fault in ("hang", "drop"):
            server.transport.abort()
            return "250 too late"
        if fault == "250 then drop":
            await server.push("250 2.0.0 queued as A1")
            server.transport.close()
            return "250 never seen"
        return fault or f"250 2.0.0 queued as Q{len(self.accepted)}"

    @property
    def recipients(self):
        return [recipient for recipients, _ in self.accepted for recipient in recipients]

    @property
    def messages(self):
        return [email.message_from_bytes(content, policy=email.policy.default) for _, content in self.accepted]

    def wait_for(self, number, seconds=5):
        deadline = time.monotonic() + seconds
        while len(self.accepted) < number and time.monotonic() < deadline:
            time.sleep(0.01)
        return len(self.accepted)
