"""Capacity reports over REST."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.api.serializers import CapacityReportInput, CapacityReportOutput, ProblemOutput
from pilots.api.software import SoftwareView, key_remarks
from pilots.models import CapacityReport
from pilots.operations.capacity import classes_of, report_capacity
from pilots.policies.institutions import visible_institutions
from pilots.states.capacity import Remark, Source, warnings_about
from portal.accounts.scopes import Scope

PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemOutput)
EXAMPLE = {"as_of": "2026-11-23", "classes": {"infant": {"places": 10, "enrolled": 8}}}


class NewestFirst(CursorPagination):
    """Pages that stay where they are while reports come in."""

    ordering = ("-as_of", "-pk")
    page_size = 50

    def decode_cursor(self, request: Request) -> Any:
        """The place in the list; a cursor that names no day is not one of ours."""
        cursor = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor
        position = str(cursor.position)
        try:
            day = date.fromisoformat(position)
        except ValueError as error:
            raise NotFound(self.invalid_cursor_message) from error
        if day.isoformat() != position:
            raise NotFound(self.invalid_cursor_message)
        return cursor


class CapacityReports(SoftwareView):
    """An institution's capacity reports."""

    scopes: ClassVar = {"POST": Scope.CAPACITY_WRITE, "GET": Scope.CAPACITY_READ}

    @extend_schema(
        operation_id="capacity_reports_create",
        request=CapacityReportInput,
        responses={201: CapacityReportOutput, **PROBLEMS},
        examples=[OpenApiExample("An infant class", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request, number: str) -> Response:
        """Report places and enrolled children of a day.

        The same statement of the same day sent again is answered with the stored report; it does not count twice.
        """
        institution = get_object_or_404(visible_institutions(request.user), number=number)
        entry = CapacityReportInput(data=request.data)
        entry.is_valid(raise_exception=True)
        reported = report_capacity(
            institution_id=institution.pk,
            as_of=entry.validated_data["as_of"],
            classes=entry.validated_data["classes"],
            by=request.user,
            at=timezone.now(),
            source=Source.API,
        )
        remarks = [*reported.warnings, *key_remarks(request)]
        answer = output(reported.report, institution.number, remarks)
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="capacity_reports_list", responses={200: CapacityReportOutput(many=True), **PROBLEMS})
    def get(self, request: Request, number: str) -> Response:
        """The institution's reports, newest first."""
        institution = get_object_or_404(visible_institutions(request.user), number=number)
        paginator = NewestFirst()
        reports = paginator.paginate_queryset(CapacityReport.objects.filter(institution=institution), request)
        return paginator.get_paginated_response([output(report, institution.number) for report in reports or []])


def output(report: CapacityReport, number: str, remarks: Sequence[Remark] | None = None) -> dict[str, Any]:
    """A stored report as it is answered. Totals are summed from the class groups, as the database does."""
    classes = classes_of(report)
    found = warnings_about(classes) if remarks is None else remarks
    return {
        "id": report.pk,
        "institution": number,
        "as_of": report.as_of.isoformat(),
        "recorded_at": report.recorded_at.isoformat(),
        "source": report.source,
        "corrects": report.corrects_id,
        "reason": report.reason,
        "classes": {
            group.value: {"places": count.places, "enrolled": count.enrolled} for group, count in classes.items()
        },
        "places": sum(count.places for count in classes.values()),
        "enrolled": sum(count.enrolled for count in classes.values()),
        "warnings": [{"code": remark.code, "group": remark.group, "message": remark.message} for remark in found],
    }
