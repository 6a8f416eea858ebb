"""System check: nothing that serves files reaches the private ones."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

HINT = "Private files are never served: let PORTAL_VAR and STATIC_ROOT name places apart."


def check_files_are_private(**_options: Any) -> list[CheckMessage]:
    """An error where the private files lie in a directory that is served, or one that is served lies among them."""
    private = Path(settings.FILES_DIR).resolve()
    served = [str(settings.STATIC_ROOT), *(str(each) for each in settings.STATICFILES_DIRS)]
    if settings.MEDIA_ROOT:
        served.append(settings.MEDIA_ROOT)
    return [
        Error(f"FILES_DIR and {directory} lie in one another.", hint=HINT, id="portal.E010")
        for directory in (Path(each).resolve() for each in served)
        if private.is_relative_to(directory) or directory.is_relative_to(private)
    ]
