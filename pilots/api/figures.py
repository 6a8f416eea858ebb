"""Figures over REST."""

from typing import ClassVar

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.api.serializers import FiguresOutput, FiguresQuery, ProblemOutput
from pilots.api.software import SoftwareView
from pilots.models import Region
from pilots.policies.regions import figure_regions
from pilots.queries.figures.reading import read
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.statements import plain
from pilots.queries.steady import one_instant
from portal.accounts.scopes import Scope


class Figures(SoftwareView):
    """The figures of a region on a day."""

    scopes: ClassVar = {"GET": Scope.FIGURES_READ}

    @extend_schema(
        operation_id="figures_read",
        parameters=[FiguresQuery],
        responses={200: FiguresOutput, **dict.fromkeys((400, 401, 403, 404, 429), ProblemOutput)},
    )
    def get(self, request: Request) -> Response:
        """Every figure by its code."""
        query = FiguresQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        region = figure_regions(request.user).filter(pk=query.validated_data["region"]).first()
        if region is None:
            self._refuse(query.validated_data["region"])
        assert region is not None
        day = query.validated_data["as_of"]
        if day > timezone.localdate():
            raise ValidationError({"as_of": [ErrorDetail(_("This day has not come yet."), "future_date")]})
        with one_instant():
            reading = read(region, day)
        return Response(
            {
                "region": region.code,
                "region_name": region.label,
                "as_of": day.isoformat(),
                "known_at": reading.known_at.isoformat() if reading.known_at else None,
                "figures": {
                    code: {
                        "value": plain(value.number),
                        "numerator": value.numerator,
                        "denominator": value.denominator,
                        "name": str(FIGURES[code].name),
                        "unit": str(FIGURES[code].unit),
                        "version": FIGURES[code].version,
                    }
                    for code, value in reading.values.items()
                },
            }
        )

    @staticmethod
    def _refuse(code: str) -> None:
        """A code that exists nowhere is a slip of the caller's; one that exists elsewhere is not to be told apart."""
        if not Region.objects.filter(pk=code).exists():
            raise ValidationError({"region": [ErrorDetail(_("There is no region with this code."), "unknown_region")]})
        raise Http404
