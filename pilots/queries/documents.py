"""Documents and disclosures, read."""

from collections.abc import Iterator

from django.db.models import QuerySet

from pilots.models import Disclosure, Document, Institution


def on_file(documents: QuerySet[Document], institution: Institution) -> list[Document]:
    """An institution's documents among those visible: the latest first, with who put them there and took them off."""
    found = documents.filter(institution=institution)
    return list(found.select_related("recorded_by", "withdrawal__recorded_by").order_by("-pk"))


def known_keys() -> Iterator[str]:
    """Keys of all files that a row names."""
    return Document.objects.values_list("file_key", flat=True).iterator()


def listed(disclosures: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Disclosures with what a list shows of them, the latest first."""
    return disclosures.select_related("institution__county", "recorded_by").order_by("-pk")
