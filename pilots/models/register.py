"""The register as of a day: one row an institution, read from the dated ledgers (docs/adr/0003)."""

from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar, Self

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

from pilots.models.institutions import Institution
from pilots.models.regions import Region

ALWAYS = "infinity"
"""Known up to now."""


class RegisterTable(BaseTable):
    """`FROM pilots_register(day, known_at)` in place of `FROM table`.

    The function is one SQL SELECT, so PostgreSQL inlines it: filters on county or institution reach the indexes.
    """

    def __init__(self, table_name: str, alias: str | None, *, call: str, arguments: tuple[Any, ...]) -> None:
        super().__init__(table_name, alias)
        self.call, self.arguments = call, arguments

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """The function call, under the alias by which Django names its columns."""
        alias = compiler.quote_name_unless_alias(self.table_alias or self.table_name)
        return f"{self.call} {alias}", self.arguments

    def relabeled_clone(self, change_map: dict[str | None, str]) -> Self:
        """A copy under another alias, for subqueries."""
        alias = change_map.get(self.table_alias, self.table_alias)
        return type(self)(self.table_name, alias, call=self.call, arguments=self.arguments)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes two of them the same relation."""
        return (*super().identity, self.call, self.arguments)


class RegisterQuerySet(models.QuerySet["RegisterRow"]):
    """Rows of the register of one day; composes with filter, values, annotate and the rest."""


class RegisterManager(models.Manager["RegisterRow"]):
    """Makes the register of a day; without a day there is no register."""

    def on(self, day: date, known_at: datetime | None = None) -> RegisterQuerySet:
        """The register of `day`, from the facts recorded up to `known_at` (None: up to now).

        Looks each institution up: for some of them, such as a county's, a page's, or one.
        """
        return self._of("pilots_register(%s::date, %s::timestamptz)", day, known_at or ALWAYS)

    def whole(self, day: date, known_at: datetime | None = None, *, since: date | None = None) -> RegisterQuerySet:
        """The same rows, read in one pass over each ledger and over the reports since a day: for all at once.

        `since` does not change the answer. It is best where most institutions have reported since, and few twice.
        """
        call = "pilots_register_whole(%s::date, %s::timestamptz, %s::date)"
        return self._of(call, day, known_at or ALWAYS, since or "-infinity")

    def _of(self, call: str, *arguments: Any) -> RegisterQuerySet:
        query = Query(self.model)
        table = partial(RegisterTable, call=call, arguments=arguments)
        query.base_table_class = table  # type: ignore[assignment]  # a class of one call: Query only calls it
        return RegisterQuerySet(self.model, query=query, using=self._db)


class RegisterRow(models.Model):
    """One institution on one day. Columns are those of the SQL function `pilots_register`."""

    institution = models.OneToOneField(Institution, on_delete=models.DO_NOTHING, primary_key=True, related_name="+")
    county = models.ForeignKey(Region, on_delete=models.DO_NOTHING, related_name="+")
    service_model = models.CharField(max_length=20)
    report_id = models.BigIntegerField(null=True)
    reported_on = models.DateField(null=True)
    places = models.IntegerField(help_text="0 where nothing was ever reported")
    enrolled = models.IntegerField(help_text="0 where nothing was ever reported")
    filing_kind = models.CharField(max_length=20, null=True)  # noqa: DJ001  # no row is no filing
    filed_on = models.DateField(null=True)
    pilot_level = models.CharField(max_length=20, null=True)  # noqa: DJ001  # null where it is no pilot that day
    pilot_type = models.CharField(max_length=30, null=True)  # noqa: DJ001
    piloted_on = models.DateField(null=True)
    provincial_since = models.DateField(null=True, help_text="first day of its unbroken time as a provincial pilot")
    inclusive = models.BooleanField()

    objects: ClassVar[RegisterManager] = RegisterManager()

    class Meta:
        managed = False
        db_table = "pilots_register"

    def __str__(self) -> str:
        return f"{self.institution_id}"
