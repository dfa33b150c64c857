"""Letters per second: the portal's own sender, and smtplib alone with the same bytes over one kept connection.

``python -m bench.letters drain|raw HOST PORT`` prints one line of JSON. EMAIL_URL names the sink.
"""

import json
import smtplib
import sys
import time

import django


def drain():
    """Every due letter through claim, build, talk, hand-over and stamp."""
    from django.utils import timezone

    from notifications.models import OutgoingMail
    from notifications.sending import drain as send

    OutgoingMail.objects.filter(state="due").update(due_at=timezone.now(), queue="now")
    owed = OutgoingMail.objects.filter(state="due").count()
    started = time.perf_counter()
    while send("now", seconds=30):
        pass
    seconds = time.perf_counter() - started
    sent = OutgoingMail.objects.filter(state="sent").count()
    return {"letters": sent, "left": owed - sent, "per_second": sent / seconds}


def raw(host, port):
    """The same messages, built beforehand."""
    from django.utils import translation

    from notifications.models import OutgoingMail
    from notifications.rendering import render, sender_address
    from notifications.smtp import envelope_address

    messages = []
    for mail in OutgoingMail.objects.filter(state="sent").order_by("pk")[:1000]:
        with translation.override(mail.language):
            messages.append((envelope_address(mail.to), render(mail)))
    with smtplib.SMTP(host, port, timeout=20) as relay:
        relay.ehlo()
        started = time.perf_counter()
        for address, message in messages:
            relay.sendmail(sender_address(), [address], message)
        seconds = time.perf_counter() - started
    size = sum(len(message) for _, message in messages) / max(1, len(messages))
    return {"letters": len(messages), "per_second": len(messages) / seconds, "bytes": round(size)}


if __name__ == "__main__":
    django.setup()
    way, *address = sys.argv[1:]
    print(json.dumps(drain() if way == "drain" else raw(address[0], int(address[1]))))
