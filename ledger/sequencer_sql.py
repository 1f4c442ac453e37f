"""The sequencer's statements. Arrays go over in binary: `unnest` of them is four times as fast as of texts,
and COPY, which would be faster yet, is refused on tables with row-level security."""

WAITING_LOGS = """
SELECT tenant_id FROM ledger_log l
WHERE NOT read_only
  AND EXISTS (SELECT FROM ledger_submission s WHERE s.tenant_id = l.tenant_id AND NOT s.conflict)
"""

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"

TAIL = """
SELECT l.origin, l.alarm, s.size, s.last_hash, s.last_time, s.frontier
FROM ledger_log l LEFT JOIN ledger_state s USING (tenant_id)
WHERE l.tenant_id = %s AND NOT l.read_only
"""

# What waits, in the order of its insertion, beside the digest under which its id was sequenced before. Asked for
# each row on its own: as a join, a plan made while the log was small reads the whole map at every batch.
TAKE = """
SELECT seq, id, type, actor, subject, digest, (
    SELECT d.digest FROM ledger_sequenced d WHERE d.tenant_id = s.tenant_id AND d.submission_id = s.id)
FROM ledger_submission s
WHERE tenant_id = %s AND NOT conflict
ORDER BY seq LIMIT %s
"""

DROP_REPEATS = (
    "DELETE FROM ledger_submission WHERE tenant_id = %s AND seq = ANY(%b::bigint[]) AND NOT conflict"
)

KEEP_CONFLICTS = (
    "UPDATE ledger_submission SET conflict = true WHERE tenant_id = %s AND seq = ANY(%b::bigint[])"
)

HEADS = (
    "SELECT subject, count, head_hash FROM ledger_subject WHERE tenant_id = %s AND subject = ANY(%b::text[])"
)

# The bodies, by far the largest part, never leave the server.
MOVE_TO_ENTRIES = """
WITH taken AS (
    DELETE FROM ledger_submission WHERE tenant_id = %s AND NOT conflict AND seq = ANY(%b::bigint[])
    RETURNING id, type, actor, subject, body
), made AS (
    SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::bytea[], %b::bytea[], %b::bigint[])
        AS made (id, index, leaf, leaf_hash, subject_index)
)
INSERT INTO ledger_entry
    (tenant_id, index, submission_id, type, time, actor, subject, subject_index, leaf, leaf_hash, body)
SELECT %s, index, id, type, %b, actor, subject, subject_index, leaf, leaf_hash, body
FROM made JOIN taken USING (id)
"""

MAP_SUBMISSIONS = """
INSERT INTO ledger_sequenced (tenant_id, submission_id, index, digest)
SELECT %s, * FROM unnest(%b::uuid[], %b::bigint[], %b::bytea[])
"""

MOVE_HEADS = """
INSERT INTO ledger_subject (tenant_id, subject, count, head_hash)
SELECT %s, * FROM unnest(%b::text[], %b::bigint[], %b::bytea[])
ON CONFLICT (tenant_id, subject) DO UPDATE SET count = EXCLUDED.count, head_hash = EXCLUDED.head_hash
"""

STORE_TILES = """
INSERT INTO ledger_tile (tenant_id, level, n, hashes, root)
SELECT %s, %s, * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])
"""

MOVE_TAIL = """
INSERT INTO ledger_state AS s (tenant_id, size, last_hash, last_time, frontier) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (tenant_id) DO UPDATE SET size = EXCLUDED.size, last_hash = EXCLUDED.last_hash,
    last_time = EXCLUDED.last_time, frontier = EXCLUDED.frontier
WHERE s.size = %s
"""

RAISE_ALARM = """
UPDATE ledger_log SET alarm = %s, alarmed = clock_timestamp(), read_only = read_only OR %s
WHERE tenant_id = %s AND NOT read_only AND (alarm <> %s OR %s)
RETURNING tenant_id
"""

CLEAR_ALARM = """
UPDATE ledger_log SET alarm = '', alarmed = NULL WHERE tenant_id = %s AND alarm = %s AND NOT read_only
"""

WRITABLE_LOGS = "SELECT tenant_id FROM ledger_log WHERE NOT read_only"

# Also the logs that shrank, which is for the signer to say.
GROWN_LOGS = """
SELECT s.tenant_id FROM ledger_state s JOIN ledger_log l USING (tenant_id)
WHERE NOT l.read_only
  AND s.size <> COALESCE((SELECT max(c.size) FROM ledger_checkpoint c WHERE c.tenant_id = s.tenant_id), 0)
"""

LAST_CHECKPOINT = """
SELECT size, root, note FROM ledger_checkpoint WHERE tenant_id = %s ORDER BY size DESC LIMIT 1
"""

PUBLISH = "INSERT INTO ledger_checkpoint (tenant_id, size, root, note, time) VALUES (%s, %s, %s, %s, %s)"

SIZE = "SELECT size FROM ledger_state WHERE tenant_id = %s"

WITNESSES = """
SELECT w.tenant_id, l.origin, w.name, w.vkey, w.url, w.size
FROM ledger_log_witness w JOIN ledger_log l USING (tenant_id) WHERE w.active AND NOT l.read_only
"""

# What failed is tried again after some seconds.
DUE_WITNESSES = """
SELECT w.tenant_id, l.origin, w.name, w.vkey, w.url, w.size, c.size, c.note
FROM ledger_log_witness w JOIN ledger_log l USING (tenant_id)
CROSS JOIN LATERAL (
    SELECT size, note FROM ledger_checkpoint c WHERE c.tenant_id = w.tenant_id ORDER BY size DESC LIMIT 1) c
WHERE w.active AND NOT l.read_only AND w.size < c.size
  AND (w.error = '' OR w.tried < clock_timestamp() - make_interval(secs => %s))
"""

COSIGNED = """
WITH stored AS (
    INSERT INTO ledger_cosignature (tenant_id, size, name, line, time) VALUES (%s, %s, %s, %s, clock_timestamp())
    ON CONFLICT DO NOTHING)
UPDATE ledger_log_witness
SET size = greatest(size, %s), cosigned = clock_timestamp(), tried = clock_timestamp(), error = ''
WHERE tenant_id = %s AND name = %s
"""

WITNESS_FAILED = """
UPDATE ledger_log_witness SET tried = clock_timestamp(), error = %s WHERE tenant_id = %s AND name = %s
"""
