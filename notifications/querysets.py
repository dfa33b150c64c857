"""Which letters: the questions the sender, the sweep and the staff pages ask."""

import datetime

from django.db import connections, models
from django.db.models import Count, F

LEASE = datetime.timedelta(seconds=120)
BATCH = 100
KEEP = datetime.timedelta(days=90)


class OutgoingMailQuerySet(models.QuerySet):
    def of_unions(self, unions):
        """Letters about the matters of these unions (primary keys); None means every letter."""
        return self if unions is None else self.filter(organisation_id__in=unions)

    def due(self, now):
        return self.filter(state="due", due_at__lte=now)

    def open(self):
        """Letters that may still go out and can still be held back."""
        return self.filter(state__in=("due", "claimed"))

    def needing_a_look(self):
        """Letters that no machine will move on: a person should look."""
        return self.filter(state__in=("failed", "unknown", "expired", "suppressed"))

    def counts(self):
        """``{state: number}`` without sent and cancelled letters, which are many and need nobody."""
        waiting = self.exclude(state__in=("sent", "cancelled")).order_by()
        return dict(waiting.values_list("state").annotate(number=Count("pk")))

    def insert_once(self, mail):
        """Write ``mail`` unless its key is known: the row, or None. No error, no savepoint, one statement."""
        connection = connections[self.db]
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        values = [field.get_db_prep_save(field.pre_save(mail, True), connection) for field in fields]
        with connection.cursor() as cursor:
            table = self.model._meta.db_table
            insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 (names of our own columns)
            cursor.execute(f"{insert} ON CONFLICT (key) DO NOTHING RETURNING id", values)
            row = cursor.fetchone()
        if row is None:
            return None
        mail.pk = row[0]
        mail._state.adding = False
        mail._state.db = self.db
        return mail

    def claim(self, queue, *, now, limit=BATCH):
        """Take up to ``limit`` due letters of ``queue`` for one sender, for the length of a lease.

        One statement, so no lock is held while talking to the relay; two senders never take the same row.
        """
        claimed = self.raw(
            f"""
            UPDATE {self.model._meta.db_table} SET state = 'claimed', token = token + 1, attempts = attempts + 1,
                   lease_until = %(lease)s, dated_at = COALESCE(dated_at, %(now)s)
            WHERE id IN (
                SELECT id FROM {self.model._meta.db_table}
                WHERE state = 'due' AND queue = %(queue)s AND due_at <= %(now)s AND expires_at > %(now)s
                ORDER BY due_at FOR UPDATE SKIP LOCKED LIMIT %(limit)s)
            RETURNING *
            """,  # noqa: S608 (our own table's name)
            {"lease": now + LEASE, "now": now, "queue": queue, "limit": limit},
        )
        return sorted(claimed, key=lambda mail: (mail.due_at, mail.pk))

    def release(self, mails):
        """Give claimed letters back as if nobody had taken them: the relay's trouble costs them no attempt."""
        return self._mine(mails).update(state="due", lease_until=None, attempts=F("attempts") - 1)

    def purge_old(self, *, now, batch=5000):
        """Delete closed letters that are older than 90 days; their number."""
        old = self.filter(created_at__lt=now - KEEP).exclude(state__in=("due", "claimed", "handover")).order_by("pk")
        total = 0
        while number := self.filter(pk__in=list(old.values_list("pk", flat=True)[:batch])).delete()[0]:
            total += number
        return total

    def _mine(self, mails):
        mine = models.Q(pk=None)
        for mail in mails:
            mine |= models.Q(pk=mail.pk, token=mail.token)
        return self.filter(mine, state="claimed")
