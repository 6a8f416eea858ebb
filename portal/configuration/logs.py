"""Where the log goes and what a line of it says."""

from typing import Any


def logging(*, level: str) -> dict[str, Any]:
    """One line an event on standard error, with the request's id."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "portal.shared.requests.RequestIdFilter"}},
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
        },
        "loggers": {"axes": {"level": "WARNING"}},  # each failed sign-in is a row of axes_accessfailurelog
        "root": {"handlers": ["console"], "level": level},
    }
