"""Talking to the relay: smtplib with the end of the message as a step of its own.

``smtplib`` sends a message and its final dot in one call. Here the dot is separate, for it is the point of no
return: before it nothing is delivered, after it the relay may have the letter whether or not we hear so.

Several letters travel side by side, each on a connection of its own, so that one commit and one wait serve
them all. Every phase has one deadline for all lines; a relay that drips its answers does not move it.
"""

import selectors
import smtplib
import socket
import ssl
import time

from django.conf import settings

# Many relays close a connection after a hundred letters.
LETTERS_PER_CONNECTION = 90
# The relay does not know us, or does not want to talk now: that says nothing about the letter.
RELAY_TROUBLE = {454, 530, 534, 535, 538}


class _PatientReader:
    """Lines from the socket until the connection's deadline, however slowly they drip."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def readline(self, limit):
        sock = self.connection.sock
        while b"\n" not in self.buffer and len(self.buffer) < limit:
            left = self.connection.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            sock.settimeout(left)
            chunk = sock.recv(4096)
            if not chunk:
                break
            self.buffer += chunk
        end = self.buffer.find(b"\n") + 1 or len(self.buffer)
        line, self.buffer = self.buffer[:end], self.buffer[end:]
        return line

    def close(self):
        self.buffer = b""


class _Stepwise:
    """The step-by-step additions to smtplib's client."""

    deadline = None
    letters = 0

    def wait_at_most(self, seconds):
        self.deadline = time.monotonic() + seconds

    def getreply(self):
        if self.file is None:
            self.file = _PatientReader(self)
        if self.deadline is None:
            self.wait_at_most(settings.EMAIL_TIMEOUT)
            try:
                return super().getreply()
            finally:
                self.deadline = None
        return super().getreply()


class RelayConnection(_Stepwise, smtplib.SMTP):
    """A plain or STARTTLS connection."""


class RelayConnectionTLS(_Stepwise, smtplib.SMTP_SSL):
    """A connection in TLS from the first byte."""


def connect():
    """A greeted, encrypted and logged-in connection, as Django's EMAIL_* settings say."""
    context = ssl.create_default_context() if settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS else None
    kind, extra = (RelayConnectionTLS, {"context": context}) if settings.EMAIL_USE_SSL else (RelayConnection, {})
    connection = kind(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        local_hostname=settings.MESSAGE_ID_DOMAIN,
        timeout=settings.EMAIL_TIMEOUT,
        **extra,
    )
    try:
        # The dot is a small packet after a large one: Nagle's algorithm would hold it back for 40 ms.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS and not settings.EMAIL_USE_SSL:
            connection.starttls(context=context)
            connection.ehlo()
        if settings.EMAIL_HOST_USER and settings.EMAIL_HOST_PASSWORD:
            connection.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except BaseException:
        connection.close()
        raise
    return connection


class Line:
    """One letter on one connection, and what became of it."""

    def __init__(self, connection, mail, message):
        self.connection = connection
        self.mail = mail
        self.message = message
        self.outcome = None  # None (so far so good), "retry", "failed" or "relay"
        self.text = ""

    @property
    def is_alive(self):
        return self.outcome is None

    def end(self, outcome, text):
        self.outcome, self.text = outcome, text

    def drop(self):
        """Hang up without the dot: the relay throws the unfinished message away."""
        self.connection.close()

    def put(self, data):
        try:
            self.connection.sock.settimeout(settings.EMAIL_TIMEOUT)
            self.connection.send(data)
        except (OSError, smtplib.SMTPException) as fault:
            self.drop()
            self.end("retry", f"Connection lost: {fault}")

    def answer(self, deadline):
        """The relay's reply as (code, text), or None when there was none and the line is over."""
        self.connection.deadline = deadline
        try:
            code, text = self.connection.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            self.drop()
            self.end("retry", f"No answer: {fault}")
            return None
        finally:
            self.connection.deadline = None
        text = f"{code} {text.decode('utf-8', 'replace')}"
        if code == 421:
            self.drop()
        return code, text


def _phase(lines, command, accepted, permanent):
    """Say ``command(line)`` on every line, then hear every line out. ``permanent(code)``: is the letter refused?"""
    lines = [line for line in lines if line.is_alive]
    for line in lines:
        line.put(command(line))
    deadline = time.monotonic() + settings.EMAIL_TIMEOUT
    for line in lines:
        if line.is_alive and (reply := line.answer(deadline)):
            code, text = reply
            if code not in accepted:
                line.end("relay" if code in RELAY_TROUBLE else "failed" if permanent(code) else "retry", text)


def begin(lines, sender):
    """Send every letter whole, but for the final dot. Lines that end earlier carry their outcome."""

    def from_(line):
        # RFC 6152: say so before sending bytes above 127.
        eight = " BODY=8BITMIME" if not line.message.isascii() and line.connection.has_extn("8bitmime") else ""
        return f"MAIL FROM:<{sender}>{eight}\r\n".encode("ascii")

    # A refused sender is our trouble and not the reader's, so it is tried again; a too large letter is not.
    _phase(lines, from_, {250}, lambda code: code == 552)
    _phase(
        lines,
        lambda line: f"RCPT TO:<{envelope_address(line.mail.to)}>\r\n".encode("ascii"),
        {250, 251, 252},
        lambda code: code >= 500,
    )
    _phase(lines, lambda line: b"DATA\r\n", {354}, lambda code: code >= 500)
    for line in lines:
        if line.is_alive:
            line.put(stuffed(line.message))
    for line in lines:
        if not line.is_alive and line.connection.sock is not None:
            _reset(line)


def _reset(line):
    """Make the connection of a refused letter fit for the next one."""
    try:
        line.connection.rset()
    except (OSError, smtplib.SMTPException):
        line.drop()


def finish(lines, meanwhile=None):
    """Send the dots, then yield batches of (line, code, text) as the relay answers.

    Code 0 means that it did not: whether it took the letter, nobody here can know. ``meanwhile`` is called
    once while the relay is busy.
    """
    silent = []
    selector = selectors.DefaultSelector()
    for line in lines:
        try:
            line.connection.sock.settimeout(settings.EMAIL_TIMEOUT)
            line.connection.send(b".\r\n")
            selector.register(line.connection.sock, selectors.EVENT_READ, line)
        except (OSError, smtplib.SMTPException) as fault:
            line.drop()
            silent.append((line, 0, f"Connection lost at the end: {fault}"))
    deadline = time.monotonic() + settings.EMAIL_FINAL_TIMEOUT
    if meanwhile:
        meanwhile()
    while selector.get_map():
        # Those who answer together are stamped together; those who keep silent hold nobody up for long.
        heard, soon = [], time.monotonic() + 0.25
        while selector.get_map() and (time.monotonic() < soon or not heard):
            left = min(soon, deadline) - time.monotonic() if heard else deadline - time.monotonic()
            events = selector.select(max(left, 0))
            if not events and time.monotonic() >= deadline:
                break
            for event, _ in events:
                line = event.data
                selector.unregister(event.fileobj)
                reply = line.answer(deadline)
                heard.append((line, *reply) if reply else (line, 0, line.text))
                line.connection.letters += 1
        if heard:
            yield heard
        elif time.monotonic() >= deadline:
            break
    for event in list(selector.get_map().values()):
        event.data.drop()
        silent.append((event.data, 0, "No answer after the end of the message."))
    selector.close()
    if silent:
        yield silent


def stuffed(message):
    """The message with CRLF line ends and doubled leading dots (RFC 5321 4.5.2), ending in a line end."""
    if b"\r\n." in message or message.startswith(b"."):
        message = message.replace(b"\r\n.", b"\r\n..")
        if message.startswith(b"."):
            message = b"." + message
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def envelope_address(address):
    """The address as SMTP knows it: the domain in ASCII letters."""
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"
