"""One id follows a click from the browser through the queue, and no log tells who the person is."""

import json
import time

import pytest

pytestmark = pytest.mark.browser


def lines(portal):
    for line in portal.log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def test_a_requests_id_is_on_the_lines_of_the_tasks_it_started(visit, portal):
    visitor = visit()
    page = visitor.go("/tili/salasana/unohtui/")
    page.locator("#id_email").fill("hallitus@example.org")
    page.locator("main form .btn-primary").first.click()
    page.wait_for_load_state()
    asked = [
        line["request_id"]
        for line in lines(portal)
        if line.get("event") == "request_finished" and "POST /tili/salasana/unohtui/" in str(line.get("request"))
    ]
    assert len(asked) == 1
    deadline = time.monotonic() + 20
    tasks = []
    while not tasks and time.monotonic() < deadline:
        tasks = [line for line in lines(portal) if line.get("task_id") and line.get("request_id") == asked[0]]
        time.sleep(0.2)
    assert tasks, "no task of this request has written a line"


def test_the_logs_name_nobody(portal):
    """E-mail addresses, passwords and session keys have no place in a log (QUALITY line 36)."""
    text = portal.log.read_text(errors="replace")
    told = [word for word in ("@example.org", "vaikutus-2026", "sessionid", "csrftoken") if word in text]
    assert told == []
