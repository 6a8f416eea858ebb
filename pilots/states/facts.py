"""What the dated ledgers of an institution say: filings, designations, recognitions."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FilingKind(TextChoices):
    """Kinds of filing (`备案`). A report-only filing (`报备`) is a kind of its own."""

    INITIAL = "initial", _("initial filing")
    CHANGE = "change", _("change of filing")
    REPORT_ONLY = "report_only", _("report only")
    CANCELLATION = "cancellation", _("cancellation")
    VOID = "void", _("entered in error")


class DesignationAct(TextChoices):
    """What a line of the designation ledger does."""

    DESIGNATE = "designate", _("designated")
    CHANGE = "change", _("changed")
    END = "end", _("ended")
    VOID = "void", _("entered in error")


class PilotLevel(TextChoices):
    """Who designated the pilot."""

    CITY = "city", _("city pilot")
    PROVINCIAL = "provincial", _("provincial pilot")


class PilotType(TextChoices):
    """The four pilot types (`试点类型`)."""

    BRAND_CHAIN = "brand_chain", _("brand chain")
    COMMUNITY = "community", _("community, publicly built or publicly aided")
    KINDERGARTEN = "kindergarten_nursery", _("inclusive kindergarten with nursery classes")
    EMPLOYER = "employer_welfare", _("employer welfare")


class RecognitionAct(TextChoices):
    """What a line of the inclusive ledger does."""

    RECOGNISE = "recognise", _("recognised")
    END = "end", _("ended")
    VOID = "void", _("entered in error")
