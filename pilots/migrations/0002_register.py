"""The register as of a day, as an SQL function in two forms (docs/adr/0003).

Both answer the same rows. `pilots_register` looks each institution up in each ledger and is for some of the institutions;
`pilots_register_whole` reads the ledgers of facts, and the reports since a day, in one pass each and looks up only
institutions without such a report; it is for all institutions at once, and which day it is given does not change its
answer. Each is one plain SELECT in a STABLE SQL function: PostgreSQL inlines it into the query that calls it, so that
filters reach the indexes.
"""

from typing import ClassVar

from django.db import migrations

# A line that another line corrects does not count; its correction does.
KNOWN = "l.effective_on <= $1 AND l.recorded_at <= $2"
STANDS = "NOT EXISTS (SELECT 1 FROM {table} x WHERE x.corrects_id = l.id AND x.recorded_at <= $2)"
LIVE = "(l.ends_on IS NULL OR l.ends_on >= $1)"

LEDGERS = {
    "f": ("pilots_filing", "kind", f"l.kind, l.effective_on, l.kind <> 'cancellation' AND {LIVE} AS live"),
    "d": ("pilots_designation", "act", f"l.level, l.pilot_type, l.effective_on, l.act <> 'end' AND {LIVE} AS live"),
    "n": ("pilots_inclusiverecognition", "act", f"l.act = 'recognise' AND {LIVE} AS live"),
}

EACH = """
  LEFT JOIN LATERAL (
       SELECT {columns}
         FROM {table} l
        WHERE l.institution_id = i.id AND {known} AND l.{act} <> 'void' AND {stands}
        ORDER BY l.effective_on DESC, l.id DESC
        LIMIT 1) {alias} ON true"""

WHOLE = """
  LEFT JOIN (
       SELECT DISTINCT ON (l.institution_id) l.institution_id, {columns}
         FROM {table} l
        WHERE {known} AND l.{act} <> 'void' AND {stands}
        ORDER BY l.institution_id, l.effective_on DESC, l.id DESC) {alias} ON {alias}.institution_id = i.id"""

REPORT_EACH = """
  LEFT JOIN LATERAL (
       SELECT r.id, r.as_of, r.places, r.enrolled
         FROM pilots_capacityreport r
        WHERE r.institution_id = i.id AND r.as_of <= $1 AND r.recorded_at <= $2
        ORDER BY r.as_of DESC, r.id DESC
        LIMIT 1) c ON true"""

# Pages of the index that hold one institution's latest reports lie apart; those of the latest days lie together.
REPORT_WHOLE = """
  LEFT JOIN (
       SELECT DISTINCT ON (r.institution_id) r.institution_id, r.id, r.as_of, r.places, r.enrolled
         FROM pilots_capacityreport r
        WHERE r.as_of >= $3 AND r.as_of <= $1 AND r.recorded_at <= $2
        ORDER BY r.institution_id, r.as_of DESC, r.id DESC) recent ON recent.institution_id = i.id
  LEFT JOIN LATERAL (
       SELECT r.id, r.as_of, r.places, r.enrolled
         FROM pilots_capacityreport r
        WHERE recent.institution_id IS NULL AND r.institution_id = i.id AND r.as_of < $3 AND r.recorded_at <= $2
        ORDER BY r.as_of DESC, r.id DESC
        LIMIT 1) older ON true
 CROSS JOIN LATERAL (
       SELECT coalesce(recent.id, older.id) AS id, coalesce(recent.as_of, older.as_of) AS as_of,
              coalesce(recent.places, older.places) AS places, coalesce(recent.enrolled, older.enrolled) AS enrolled) c"""

FUNCTION = """
CREATE FUNCTION {name}({parameters})
RETURNS TABLE (
    institution_id bigint, county_id varchar, service_model varchar,
    report_id bigint, reported_on date, places integer, enrolled integer,
    filing_kind varchar, filed_on date,
    pilot_level varchar, pilot_type varchar, piloted_on date, provincial_since date,
    inclusive boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT i.id, i.county_id, i.service_model,
       c.id, c.as_of, coalesce(c.places, 0), coalesce(c.enrolled, 0),
       CASE WHEN f.live THEN f.kind END, CASE WHEN f.live THEN f.effective_on END,
       CASE WHEN d.live THEN d.level END, CASE WHEN d.live THEN d.pilot_type END,
       CASE WHEN d.live THEN d.effective_on END,
       CASE WHEN d.live AND d.level = 'provincial' THEN (
           -- the first of the provincial lines that no other line interrupts
           SELECT min(e.effective_on)
             FROM pilots_designation e
            WHERE e.institution_id = i.id AND e.effective_on <= $1 AND e.recorded_at <= $2 AND e.level = 'provincial'
              AND NOT EXISTS (SELECT 1 FROM pilots_designation x WHERE x.corrects_id = e.id AND x.recorded_at <= $2)
              AND NOT EXISTS (
                  SELECT 1 FROM pilots_designation b
                   WHERE b.institution_id = i.id AND b.effective_on <= $1 AND b.recorded_at <= $2
                     AND b.level <> 'provincial' AND b.act <> 'void'
                     AND (b.effective_on, b.id) > (e.effective_on, e.id)
                     AND NOT EXISTS (SELECT 1 FROM pilots_designation x
                                      WHERE x.corrects_id = b.id AND x.recorded_at <= $2))
       ) END,
       coalesce(n.live, false)
  FROM pilots_institution i{reports}{ledgers}
 WHERE i.opened_on <= $1 AND i.recorded_at <= $2
   AND (i.closed_on IS NULL OR i.closed_on > $1 OR i.closed_recorded_at > $2)
$$
"""


def function(name: str, parameters: str, reports: str, form: str) -> str:
    """The statement that creates one form."""
    ledgers = [
        form.format(columns=columns, table=table, act=act, known=KNOWN, stands=STANDS.format(table=table), alias=alias)
        for alias, (table, act, columns) in LEDGERS.items()
    ]
    return FUNCTION.format(name=name, parameters=parameters, reports=reports, ledgers="".join(ledgers))


class Migration(migrations.Migration):
    """Schema only; reversible."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("pilots", "0001_initial")]

    operations: ClassVar[list[migrations.RunSQL]] = [
        migrations.RunSQL(
            function("pilots_register", "day date, known timestamptz", REPORT_EACH, EACH),
            "DROP FUNCTION pilots_register(date, timestamptz)",
        ),
        migrations.RunSQL(
            function("pilots_register_whole", "day date, known timestamptz, since date", REPORT_WHOLE, WHOLE),
            "DROP FUNCTION pilots_register_whole(date, timestamptz, date)",
        ),
    ]
