"""Class groups (`班型`) and the sources of a capacity report."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ClassGroup(TextChoices):
    """Class groups of the setting standard (国卫人口发〔2019〕58号), and old totals without one."""

    INFANT = "infant", _("infant class")
    TODDLER = "toddler", _("toddler class")
    OLDER_TODDLER = "older_toddler", _("older toddler class")
    MIXED = "mixed", _("mixed class")
    UNCLASSIFIED = "unclassified", _("unclassified")


class Source(TextChoices):
    """The door by which a fact came in."""

    API = "api", _("REST interface")
    BROWSER = "browser", _("browser")
    IMPORT = "import", _("workbook or load")


MAX_COUNT = 9_999
"""Most places, or children, of one class group of one institution: beyond it is a slip of the key."""


@dataclass(frozen=True)
class Count:
    """Places (`托位`) and enrolled children (`入托`) of one class group."""

    places: int = 0
    enrolled: int = 0


Classes = Mapping[ClassGroup, Count]


@dataclass(frozen=True)
class Remark:
    """Something about an accepted report that its sender should look at."""

    code: str
    group: str
    """The class group, or empty for the whole report."""
    message: str


def warnings_about(classes: Classes) -> list[Remark]:
    """Remarks on a report: more children than places is accepted, and said."""
    found = [
        Remark(
            "over_capacity",
            group.value,
            gettext("%(group)s: %(enrolled)d children are enrolled for %(places)d places.")
            % {"group": group.label, "enrolled": count.enrolled, "places": count.places},
        )
        for group, count in classes.items()
        if count.enrolled > count.places
    ]
    if classes.get(ClassGroup.UNCLASSIFIED, Count()) != Count():
        found.append(
            Remark(
                "unclassified",
                ClassGroup.UNCLASSIFIED.value,
                gettext("Please state the class group; unclassified totals are meant for old reports."),
            )
        )
    return found
