"""A cache that stays up when its Redis does not."""

import base64
import pickle
import threading
import time

import structlog
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.db import connections, router, transaction
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger(__name__)

# How long a process goes straight to the database after Redis failed it; then one call tries again.
REST = 2.0

# Exists and adds in one step: between the two of Django's own incr, a key may expire and come back without an end.
ADD_IF_THERE = (
    "if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end return false"
)


class Circuit:
    """What a process remembers of one Redis: rested until when. Shared by its threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rests_until = 0.0

    def closed(self):
        """May this call ask Redis? After a rest exactly one call may, the others wait for its answer."""
        if not self.rests_until:
            return True
        with self.lock:
            now = time.monotonic()
            if now < self.rests_until:
                return False
            self.rests_until = now + REST
            return True

    def trip(self):
        with self.lock:
            was_up = not self.rests_until
            self.rests_until = time.monotonic() + REST
        return was_up

    def mend(self):
        """True for the one call that found Redis back."""
        if not self.rests_until:
            return False
        with self.lock:
            was_down, self.rests_until = bool(self.rests_until), 0.0
        return was_down


circuits = {}


class TableCache(DatabaseCache):
    """Django's database cache with an ``incr`` that two people at once cannot lose."""

    def incr(self, key, delta=1, version=None):
        made = self.make_and_validate_key(key, version=version)
        alias = router.db_for_write(self.cache_model_class)
        connection = connections[alias]
        table = connection.ops.quote_name(self._table)
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cache_key FROM {table} WHERE cache_key = %s AND expires > %s FOR UPDATE",  # noqa: S608
                [made, timezone.now()],
            )
            if cursor.fetchone() is None:
                raise ValueError(f"Key '{key}' not found")
            value = self.get(key, version=version) + delta
            cursor.execute(
                f"UPDATE {table} SET value = %s WHERE cache_key = %s",  # noqa: S608
                [self._packed(value), made],
            )
        return value

    @staticmethod
    def _packed(value):
        return base64.b64encode(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)).decode("latin1")


class SteadyClient(RedisCacheClient):
    """Django's Redis client, with counting in one step and a clearing that spares the neighbours."""

    def incr(self, key, delta):
        value = self.get_client(key, write=True).eval(ADD_IF_THERE, 1, key, delta)
        if value is None:
            raise ValueError(f"Key '{key}' not found.")
        return int(value)

    def clear_prefix(self, prefix):
        client = self.get_client(None, write=True)
        keys = list(client.scan_iter(match=f"{prefix}*", count=1000))
        for start in range(0, len(keys), 1000):
            client.unlink(*keys[start : start + 1000])
        return True


def _steady(name):
    def method(self, *args, **kwargs):
        if self.circuit.closed():
            try:
                answer = getattr(super(SteadyRedisCache, self), name)(*args, **kwargs)
            except (RedisError, OSError) as fault:
                if self.circuit.trip():
                    log.warning("cache_fell_back", fault=type(fault).__name__)
            else:
                if self.circuit.mend():
                    log.info("cache_is_back")
                return answer
        return getattr(self.fallback, name)(*args, **kwargs)

    method.__name__ = name
    return method


class SteadyRedisCache(RedisCache):
    """Redis, or the database's cache table while Redis is away.

    Log-in limits live here: were the cache's fault passed on, nobody could log in, and were it
    swallowed, anybody could try passwords without end. What was deleted while Redis was away may
    come back with it, so keep here only what ages out or carries its version in its key.
    """

    def __init__(self, server, params):
        # The driver's own patience (three tries with growing pauses) would hold up every page.
        # One more try at once, for a connection that a restart of Redis had closed.
        retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
        options = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": retry}
        super().__init__(server, params | {"OPTIONS": options | params.get("OPTIONS", {})})
        self._class = SteadyClient
        self.circuit = circuits.setdefault(str(server), Circuit())

    @property
    def fallback(self):
        return caches["database"]

    add = _steady("add")
    get = _steady("get")
    set = _steady("set")
    touch = _steady("touch")
    delete = _steady("delete")
    get_many = _steady("get_many")
    set_many = _steady("set_many")
    delete_many = _steady("delete_many")
    has_key = _steady("has_key")
    incr = _steady("incr")

    def clear(self):
        """Forget everything of ours. Never FLUSHDB: the queue may live on the same server."""
        if self.circuit.closed():
            try:
                self._cache.clear_prefix(f"{self.key_prefix}:")
            except (RedisError, OSError):
                self.circuit.trip()
            else:
                self.circuit.mend()
                return
        self.fallback.clear()
