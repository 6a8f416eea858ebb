"""Shapes of requests and answers. Input serializers check shape only; output serializers list their fields."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from pilots.states.calendar import FIRST_DAY, WRITTEN_DAY
from pilots.states.capacity import MAX_COUNT, ClassGroup, Count

Errors = dict[str, Any]


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know: a misspelt field must not be dropped in silence."""

    unknown_code = "unknown_field"
    unknown_message = _("This field is not known.")

    def to_internal_value(self, data: Any) -> Any:
        """Validated values; errors of known and unknown fields together."""
        errors: Errors = {}
        if isinstance(data, dict):
            unknown = [str(key) for key in data if key not in self.fields]
            errors = {key: [serializers.ErrorDetail(str(self.unknown_message), self.unknown_code)] for key in unknown}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **self._by_field(error)}) from error
        if errors:
            raise serializers.ValidationError(errors)
        return value

    @staticmethod
    def _by_field(error: serializers.ValidationError) -> Errors:
        return error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}


class WholeNumberField(serializers.IntegerField):
    """A JSON number without decimals; `true`, `"8"` and `8.5` are refused, not converted."""

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class CountSerializer(StrictSerializer):
    """Places and enrolled children of one class group."""

    places = WholeNumberField(min_value=0, max_value=MAX_COUNT)
    enrolled = WholeNumberField(min_value=0, max_value=MAX_COUNT)


class ClassesSerializer(StrictSerializer):
    """Class groups that the institution runs; a group left out has no places."""

    unknown_code = "unknown_class_group"
    unknown_message = _("This class group is not known; known are infant, toddler, older_toddler, mixed, unclassified.")

    infant = CountSerializer(required=False)
    toddler = CountSerializer(required=False)
    older_toddler = CountSerializer(required=False)
    mixed = CountSerializer(required=False)
    unclassified = CountSerializer(required=False)

    def to_internal_value(self, data: Any) -> dict[ClassGroup, Count]:
        """Counts by class group."""
        return {ClassGroup(group): Count(**count) for group, count in super().to_internal_value(data).items()}


class DayField(serializers.DateField):
    """A day written YYYY-MM-DD and in no other form, not before the programme's calendar begins."""

    default_error_messages = {"too_early": _("The register begins on 2000-01-01.")}  # noqa: RUF012  # as DRF has it

    def to_internal_value(self, value: Any) -> date:
        """The day."""
        if not isinstance(value, str) or not WRITTEN_DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        if day < FIRST_DAY:
            self.fail("too_early")
        return day


class CapacityReportInput(StrictSerializer):
    """A capacity report as it is sent."""

    as_of = DayField(help_text=_("The day the numbers are true of, YYYY-MM-DD, not in the future."))
    classes = ClassesSerializer()


class CountOutput(serializers.Serializer[Any]):
    """Places and enrolled children of one class group."""

    places = serializers.IntegerField()
    enrolled = serializers.IntegerField()


class WarningOutput(serializers.Serializer[Any]):
    """A remark on an accepted report."""

    code = serializers.CharField(help_text="over_capacity | unclassified | superseded | key_expires_soon")
    group = serializers.CharField(help_text=_("Class group, or empty for the whole report."))
    message = serializers.CharField()


class CapacityReportOutput(serializers.Serializer[Any]):
    """A stored capacity report."""

    id = serializers.IntegerField()
    institution = serializers.CharField(help_text=_("Public number."))
    as_of = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    source = serializers.CharField()  # type: ignore[assignment]  # the field of the answer, not DRF's own attribute
    corrects = serializers.IntegerField(allow_null=True, help_text=_("The report that this one corrects."))
    reason = serializers.CharField()
    classes = serializers.DictField(child=CountOutput())
    places = serializers.IntegerField()
    enrolled = serializers.IntegerField()
    warnings = WarningOutput(many=True)


class ProblemErrorOutput(serializers.Serializer[Any]):
    """What is wrong with one field."""

    pointer = serializers.CharField(help_text="JSON pointer into the request body, or the query parameter's name")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemOutput(serializers.Serializer[Any]):
    """Problem details, RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ProblemErrorOutput(many=True)  # type: ignore[assignment]  # the name of RFC 9457's usage, not DRF's
    request_id = serializers.CharField()


class FiguresQuery(serializers.Serializer[Any]):
    """Which figures."""

    region = serializers.RegexField(r"^\d{6}$", help_text=_("Six-digit region code."))
    as_of = DayField(help_text=_("The day, YYYY-MM-DD."))


class FigureOutput(serializers.Serializer[Any]):
    """One figure."""

    value = serializers.FloatField(allow_null=True)
    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    unit = serializers.CharField()
    version = serializers.IntegerField()


class FiguresOutput(serializers.Serializer[Any]):
    """All figures of one region on one day."""

    region = serializers.CharField()
    region_name = serializers.CharField()
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField(
        allow_null=True, help_text=_("What was recorded later is not counted; null: read from the register just now.")
    )
    figures = serializers.DictField(child=FigureOutput(), help_text=_("By figure code."))
