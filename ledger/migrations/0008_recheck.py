"""For a database administrator without Python: the chain and the tree re-computed inside the database.

    SELECT * FROM ledger_recheck('st-mary');                -- each row is a break; none: the log holds
    SELECT encode(ledger_root(tenant_id, 1000), 'base64') FROM ledger_log WHERE name = 'st-mary';

It proves what `verify_ledger` proves of entries, chains and the newest checkpoint's root, but no signature and no seal.
"""

from django.db import migrations

# RFC 6962 section 2.1: the stack holds the roots of the complete subtrees, largest first.
ROOT = r"""
CREATE FUNCTION ledger_root(tenant uuid, size bigint) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
    stack bytea[] := '{}';
    top int := 0;
    node bytea;
    number bigint := 0;
    rest bigint;
BEGIN
    FOR node IN SELECT leaf_hash FROM ledger_entry e WHERE tenant_id = tenant AND e.index < size ORDER BY e.index LOOP
        number := number + 1;
        rest := number;
        WHILE rest % 2 = 0 LOOP
            node := sha256('\x01'::bytea || stack[top] || node);
            top := top - 1;
            rest := rest / 2;
        END LOOP;
        top := top + 1;
        stack[top] := node;
    END LOOP;
    IF number <> size THEN
        RAISE EXCEPTION 'the log has % entries below %', number, size;
    ELSIF size = 0 THEN
        RETURN sha256('');
    END IF;
    node := stack[top];
    WHILE top > 1 LOOP
        top := top - 1;
        node := sha256('\x01'::bytea || stack[top] || node);
    END LOOP;
    RETURN node;
END
$$
"""

# NULLIF ... IS DISTINCT FROM: a field that a leaf lacks must not pass for equal.
RECHECK = r"""
CREATE FUNCTION ledger_recheck(log_name text) RETURNS TABLE (entry bigint, finding text)
LANGUAGE sql STABLE AS $$
WITH log AS (SELECT tenant_id, origin FROM ledger_log WHERE name = log_name),
leaves AS (
    SELECT e.*, log.origin, convert_from(e.leaf, 'UTF8')::jsonb AS said,
        row_number() OVER whole - 1 AS place,
        COALESCE(encode(lag(e.leaf_hash) OVER whole, 'hex'), repeat('0', 64)) AS before,
        row_number() OVER chain - 1 AS subject_place,
        COALESCE(encode(lag(e.leaf_hash) OVER chain, 'hex'), repeat('0', 64)) AS subject_before
    FROM ledger_entry e JOIN log USING (tenant_id)
    WINDOW whole AS (ORDER BY e.index), chain AS (PARTITION BY e.subject ORDER BY e.index)
),
checkpoint AS (
    SELECT c.tenant_id, c.size, c.root FROM ledger_checkpoint c JOIN log USING (tenant_id)
    ORDER BY c.size DESC LIMIT 1
)
SELECT l.index, f.finding FROM leaves l, LATERAL (VALUES
    ('the index before it is missing', l.index <> l.place),
    ('the leaf is not the one whose hash is stored', sha256('\x00'::bytea || l.leaf) <> l.leaf_hash),
    ('the body is not the one that the leaf names', encode(sha256(l.body), 'hex') IS DISTINCT FROM l.said->>'body'),
    ('the leaf does not name the hash of the entry before', l.said->>'prev' IS DISTINCT FROM l.before),
    ('the leaf was made for another place or log',
        (l.said->>'log', l.said->>'index') IS DISTINCT FROM (l.origin::text, l.index::text)),
    ('the columns are not what the leaf says',
        (l.said->>'type', l.said->>'actor', l.said->>'subject', l.said->>'subject_index')
        IS DISTINCT FROM (l.type::text, l.actor::text, l.subject::text, l.subject_index::text)),
    ('the chain of the person is broken', l.subject IS NOT NULL AND
        (l.said->>'subject_prev', l.subject_index) IS DISTINCT FROM (l.subject_before, l.subject_place))
) AS f (finding, broken) WHERE f.broken
UNION ALL
SELECT c.size - 1, 'the root of the newest checkpoint is not that of the entries'
FROM checkpoint c WHERE c.size > (SELECT count(*) FROM leaves) OR ledger_root(c.tenant_id, c.size) <> c.root
ORDER BY 1
$$
"""

FUNCTIONS = {"ledger_root(uuid, bigint)": ROOT, "ledger_recheck(text)": RECHECK}


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_anchors")]
    operations = [
        migrations.RunSQL([body, f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"], f"DROP FUNCTION {name}")
        for name, body in FUNCTIONS.items()
    ]
