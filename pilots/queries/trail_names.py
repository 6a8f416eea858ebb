"""Rows by what people call them, over the events of the trail."""

from django.db.models import CharField, Model, Q, TextField

from pilots.models import Institution, Operator, Region
from portal.accounts.models import User

EXACT = ("number", "username", "prefix", "code", "indicator", "subject", "document_number")
"""Columns that name a row by exactly what is typed, in whatever case."""
LONGEST_NUMBER = 15


def rows_named(tracked: type[Model], text: str, *, by_number: bool) -> Q | None:
    """Over a model's events: those of rows that the text names; None where nothing in the model could.

    A row is named by its number, code or name, or by that of the person, institution, operator or region whose it is;
    and by the number that the database gave it, if `by_number`.
    """
    fields = {field.name: field for field in tracked._meta.local_fields}
    found = Q()
    for name in EXACT:
        if isinstance(fields.get(name), CharField | TextField):
            found |= Q(**{f"{name}__iexact": text})
    if "name" in fields:
        found |= Q(name__icontains=text)
    for name, condition in _owners(text).items():
        if name in fields and fields[name].related_model is not None:
            found |= condition
    if by_number and text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
        found |= Q(pgh_obj=text)
    return found or None


def _owners(text: str) -> dict[str, Q]:
    people = User.objects.filter(Q(username__iexact=text) | Q(name__icontains=text))
    institutions = Institution.objects.filter(Q(number__iexact=text) | Q(name__icontains=text))
    return {
        "user": Q(user__in=people.values("pk")),
        "institution": Q(institution__in=institutions.values("pk")),
        "document": Q(document__institution__in=institutions.values("pk")),
        "operator": Q(operator__in=Operator.objects.filter(name__icontains=text).values("pk")),
        "region": Q(region__in=Region.objects.filter(Q(code__iexact=text) | Q(name=text)).values("pk")),
    }
