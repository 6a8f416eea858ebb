"""The register as of a day, as one SQL function (docs/adr/0003)."""

from typing import ClassVar

from django.db import migrations

# One plain SELECT in a STABLE SQL function: PostgreSQL inlines it into the query that calls it, so that filters reach
# the indexes of the tables below. A line that another line corrects does not count; its correction does.
CREATE = """
CREATE FUNCTION pilots_register(day date, known timestamptz)
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
  FROM pilots_institution i
  LEFT JOIN LATERAL (
       SELECT r.id, r.as_of, r.places, r.enrolled
         FROM pilots_capacityreport r
        WHERE r.institution_id = i.id AND r.as_of <= $1 AND r.recorded_at <= $2
        ORDER BY r.as_of DESC, r.id DESC
        LIMIT 1) c ON true
  LEFT JOIN LATERAL (
       SELECT l.kind, l.effective_on,
              l.kind <> 'cancellation' AND (l.ends_on IS NULL OR l.ends_on >= $1) AS live
         FROM pilots_filing l
        WHERE l.institution_id = i.id AND l.effective_on <= $1 AND l.recorded_at <= $2 AND l.kind <> 'void'
          AND NOT EXISTS (SELECT 1 FROM pilots_filing x WHERE x.corrects_id = l.id AND x.recorded_at <= $2)
        ORDER BY l.effective_on DESC, l.id DESC
        LIMIT 1) f ON true
  LEFT JOIN LATERAL (
       SELECT l.level, l.pilot_type, l.effective_on,
              l.act <> 'end' AND (l.ends_on IS NULL OR l.ends_on >= $1) AS live
         FROM pilots_designation l
        WHERE l.institution_id = i.id AND l.effective_on <= $1 AND l.recorded_at <= $2 AND l.act <> 'void'
          AND NOT EXISTS (SELECT 1 FROM pilots_designation x WHERE x.corrects_id = l.id AND x.recorded_at <= $2)
        ORDER BY l.effective_on DESC, l.id DESC
        LIMIT 1) d ON true
  LEFT JOIN LATERAL (
       SELECT l.act = 'recognise' AND (l.ends_on IS NULL OR l.ends_on >= $1) AS live
         FROM pilots_inclusiverecognition l
        WHERE l.institution_id = i.id AND l.effective_on <= $1 AND l.recorded_at <= $2 AND l.act <> 'void'
          AND NOT EXISTS (SELECT 1 FROM pilots_inclusiverecognition x WHERE x.corrects_id = l.id AND x.recorded_at <= $2)
        ORDER BY l.effective_on DESC, l.id DESC
        LIMIT 1) n ON true
 WHERE i.opened_on <= $1 AND i.recorded_at <= $2
   AND (i.closed_on IS NULL OR i.closed_on > $1 OR i.closed_recorded_at > $2)
$$
"""

DROP = "DROP FUNCTION pilots_register(date, timestamptz)"


class Migration(migrations.Migration):
    """Schema only; reversible."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("pilots", "0001_initial")]

    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(CREATE, DROP)]
