"""Registrations per second: eight clients fill in the form of one event over HTTP, as browsers would."""

import http.client
import itertools
import threading
import time
import uuid
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

CLIENTS = 8


class FormReader(HTMLParser):
    """The form of a page that posts and asks for an address: its action and its fields as a browser would send them."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.select = None

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag == "form":
            self.forms.append(
                {"action": facts.get("action") or "", "method": facts.get("method"), "fields": {}, "email": []}
            )
        if not self.forms:
            return
        form = self.forms[-1]
        name = facts.get("name")
        if tag == "input" and name:
            kind = facts.get("type", "text")
            if kind == "email":
                form["email"].append(name)
            if kind in ("checkbox", "radio"):
                if "checked" in facts or ("required" in facts and name not in form["fields"]):
                    form["fields"][name] = facts.get("value", "on")
            elif kind not in ("submit", "button"):
                value = facts.get("value", "")
                form["fields"][name] = value or ("Mitta Mallikas" if "required" in facts and kind == "text" else "")
        elif tag == "textarea" and name:
            form["fields"][name] = ""
        elif tag == "select" and name:
            self.select = name
            form["fields"].setdefault(name, "")
        elif tag == "option" and self.select and (not form["fields"][self.select] or "selected" in facts):
            form["fields"][self.select] = facts.get("value", "")

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None


def read_form(page):
    reader = FormReader()
    reader.feed(page)
    return next(form for form in reader.forms if (form["method"] or "").lower() == "post" and form["email"])


class Client:
    """One visitor's browser: a kept connection and a jar of cookies."""

    def __init__(self, site):
        parts = urlsplit(site)
        self.site = site
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.cookies = {}

    def ask(self, method, path, fields=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.site}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, page


def run(site, path, count):
    """``count`` people register by eight clients. Returns {"per_second", "p50", "p95" (ms), "errors", "seconds"}."""
    numbers = itertools.count(1)
    waits, errors, lock = [], [], threading.Lock()
    start = threading.Barrier(CLIENTS + 1)

    def work(which):
        client = Client(site)
        status, page = client.ask("GET", path)
        form = read_form(page) if status == 200 else None
        start.wait()
        while form:
            with lock:
                number = next(numbers)
            if number > count:
                return
            # A form of one's own: the page that was read is the same for each but for its key.
            fields = form["fields"] | dict.fromkeys(form["email"], f"mitta.{number}@example.org")
            fields["form_key"] = str(uuid.uuid4())
            begun = time.perf_counter()
            status, page = client.ask("POST", form["action"] or path, fields)
            took = (time.perf_counter() - begun) * 1000
            with lock:
                waits.append(took)
                if status not in (200, 302):
                    errors.append((status, page[:2000]))
            # The next person at the same computer must not be taken for this one.
            client.cookies.pop("messages", None)
            client.cookies = {name: value for name, value in client.cookies.items() if "csrf" in name}

    threads = [threading.Thread(target=work, args=[which]) for which in range(CLIENTS)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    waits.sort()
    at = lambda share: waits[min(len(waits) - 1, int(len(waits) * share))] if waits else 0  # noqa: E731
    return {
        "per_second": len(waits) / seconds,
        "p50": at(0.5),
        "p95": at(0.95),
        "answers": len(waits),
        "errors": errors,
        "seconds": seconds,
    }
