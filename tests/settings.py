"""Settings of the tests: real servers, own names in them."""

import os
import zlib

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("BROKER_PREFIX", f"test{os.environ.get('TEST_DB_SUFFIX', '')}:")

from advocacy_portal.settings import *  # noqa: F403
from advocacy_portal.settings import CACHES, DATABASES, LOGGING, redis_database

DEBUG = False
NAME = os.environ.get("TEST_DB_SUFFIX", "")
DATABASES["default"]["TEST"] = {"NAME": f"test_portal{NAME}"}
# Emptying the cache empties a whole Redis database, so every test process has its own.
worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
CACHES["default"]["LOCATION"] = redis_database(
    CACHES["default"]["LOCATION"], 2 + (zlib.crc32(NAME.encode()) % 7) * 2 + worker % 2
)
# The cheapest hasher: passwords are not what the tests are about.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
LOGGING["root"]["level"] = "ERROR"
