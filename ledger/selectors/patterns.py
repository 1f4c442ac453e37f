"""Who met how many subjects, and when: what stands out in the clear columns of a span of the log. Nothing is opened.

One statement over the entries of the given types since an instant. An hour is looked at from every ten minutes on, so
that what falls into fifty minutes is never cut in two, and each entry is counted six times at most.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from ledger.scope import current_tenant
from ledger.selectors.entries import FIRST_AT
from ledger.selectors.rows import query

Kind = Literal["hour", "night", "rest", "pair"]
MOST = 50  # of each kind, the newest
MOST_ENTRIES = 200  # named of one

STATEMENT = f"""
WITH seen AS MATERIALIZED (
  SELECT submission_id AS id, index, actor, subject, subject_index, time FROM ledger_entry
  WHERE tenant_id = %(tenant)s AND index >= ({FIRST_AT}) AND type = ANY(%(types)s)
    AND subject IS NOT NULL AND actor <> 'system'
),
by_hour AS (
  SELECT actor, date_bin('1 hour', time, 'epoch') AS hour, count(DISTINCT subject) AS subjects FROM seen GROUP BY 1, 2
),
busy AS (
  SELECT actor, hour FROM (
    SELECT actor, hour, sum(subjects) OVER (PARTITION BY actor ORDER BY hour
      RANGE BETWEEN interval '1 hour' PRECEDING AND interval '1 hour' FOLLOWING) AS near FROM by_hour
  ) h WHERE near >= %(an_hour)s
),
beats AS (
  SELECT DISTINCT s.actor, s.subject, date_bin('10 minutes', s.time, 'epoch') AS beat
  FROM seen s JOIN busy b ON b.actor = s.actor AND b.hour = date_bin('1 hour', s.time, 'epoch')
),
hours AS (
  SELECT actor, beat - n * interval '10 minutes' AS start, count(DISTINCT subject) AS subjects
  FROM beats, generate_series(0, 5) AS n GROUP BY 1, 2 HAVING count(DISTINCT subject) >= %(an_hour)s
),
fullest AS (
  SELECT DISTINCT ON (actor, date_trunc('day', start AT TIME ZONE %(zone)s)) actor, start, subjects FROM hours
  ORDER BY actor, date_trunc('day', start AT TIME ZONE %(zone)s), subjects DESC, start
),
nightly AS (
  SELECT id, index, actor, subject, time,
    ((time AT TIME ZONE %(zone)s) - make_interval(hours => %(until)s))::date AS night
  FROM seen WHERE CASE WHEN %(from)s > %(until)s
    THEN extract(hour FROM time AT TIME ZONE %(zone)s) >= %(from)s
      OR extract(hour FROM time AT TIME ZONE %(zone)s) < %(until)s
    ELSE extract(hour FROM time AT TIME ZONE %(zone)s) >= %(from)s
      AND extract(hour FROM time AT TIME ZONE %(zone)s) < %(until)s END
),
met AS (SELECT DISTINCT ON (subject) subject, subject_index, time FROM seen ORDER BY subject, index),
resting AS MATERIALIZED (
  SELECT met.subject, met.subject_index, care.time AS before FROM met, LATERAL (
    SELECT e.time FROM ledger_entry e WHERE e.tenant_id = %(tenant)s AND e.subject = met.subject
      AND e.subject_index < met.subject_index AND e.type = ANY(%(care)s) ORDER BY e.subject_index DESC LIMIT 1
  ) care WHERE care.time < met.time - %(rest)s
),
rested AS MATERIALIZED (
  SELECT subject, before, (
    SELECT min(e.subject_index) FROM ledger_entry e WHERE e.tenant_id = %(tenant)s AND e.subject = r.subject
      AND e.subject_index > r.subject_index AND e.type = ANY(%(care)s)) AS until
  FROM resting r
),
pairs AS (SELECT * FROM unnest(%(actors)s::text[], %(subjects)s::text[]) AS p(actor, subject)),
found AS (
  (SELECT 'hour' AS kind, f.actor, NULL AS subject, NULL::timestamptz AS before, f.subjects, s.id, s.index, s.time,
     f.start AS part
   FROM fullest f JOIN seen s ON s.actor = f.actor AND s.time >= f.start AND s.time < f.start + interval '1 hour')
  UNION ALL
  (SELECT 'night', n.actor, NULL, NULL, g.subjects, n.id, n.index, n.time, n.night::timestamptz FROM nightly n JOIN (
     SELECT actor, night, count(DISTINCT subject) AS subjects FROM nightly GROUP BY 1, 2
     HAVING count(DISTINCT subject) >= %(a_night)s) g USING (actor, night))
  UNION ALL
  (SELECT 'rest', s.actor, r.subject, r.before, 1, s.id, s.index, s.time, NULL
   FROM rested r JOIN seen s ON s.subject = r.subject AND (r.until IS NULL OR s.subject_index < r.until))
  UNION ALL
  (SELECT 'pair', p.actor, p.subject, NULL, 1, s.id, s.index, s.time, NULL
   FROM pairs p JOIN seen s USING (actor, subject))
),
groups AS (
  SELECT kind, actor, subject, before, subjects, min(time) AS first, max(time) AS last, count(*) AS accesses,
    (array_agg(id ORDER BY index))[:{MOST_ENTRIES}] AS ids, (array_agg(time ORDER BY index))[:{MOST_ENTRIES}] AS times,
    row_number() OVER (PARTITION BY kind ORDER BY max(index) DESC) AS place
  FROM found GROUP BY kind, actor, subject, before, subjects, part
)
SELECT kind, actor, subject, before, subjects, first, last, accesses, ids, times FROM groups
WHERE place <= {MOST} ORDER BY kind, place
"""  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Measures:
    """From how many subjects on an hour or a night stands out; which hours of `zone` are night; how long is at rest."""

    an_hour: int
    a_night: int
    night_from: int
    night_until: int
    zone: str
    rest: timedelta


class Striking(NamedTuple):
    """Entries of one actor that stand out together: `ids` and `times`, oldest first, of at most MOST_ENTRIES of them.

    `subject` is None where it is about several; `before`: when the last entry of the `care` types was made.
    """

    kind: Kind
    actor: str
    subject: str | None
    before: datetime | None
    subjects: int
    first: datetime
    last: datetime
    accesses: int
    ids: Sequence[UUID]
    times: Sequence[datetime]


def striking(
    *,
    since: datetime,
    types: Collection[str],
    care: Collection[str],
    measures: Measures,
    pairs: Collection[tuple[str, str]] = (),
) -> list[Striking]:
    """What stands out since then, each kind newest first. `types`: the entries that count. `care`: the types by which a
    subject is not at rest. `pairs`: pseudonyms of an actor and a subject who should not meet."""
    values = {
        "tenant": current_tenant(),
        "since": since,
        "types": list(types),
        "care": list(care),
        "an_hour": measures.an_hour,
        "a_night": measures.a_night,
        "from": measures.night_from,
        "until": measures.night_until,
        "zone": measures.zone,
        "rest": measures.rest,
        "actors": [actor for actor, _ in pairs],
        "subjects": [subject for _, subject in pairs],
    }
    return [Striking(*row) for row in query(STATEMENT, values)]
