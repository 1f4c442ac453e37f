"""What concerns several tenants by one call: entries of one transaction in their logs, and the entries about a person.

Each is written and read in the scope of its own tenant, under the policies and privileges of whoever calls. The scope
of a tenant must not be open already, and none is left open.
"""

from django.db import migrations

APPEND = "ledger_append_each(uuid[], uuid[], text[], text[], text[], timestamptz[], bytea[], bytea[], uuid[])"
ENTRIES = "ledger_subject_entries_each(uuid[], text[], bigint[], text[], integer)"

NO_SCOPE = """
  IF current_setting('assent.tenant', true) <> '' THEN
    RAISE EXCEPTION 'the scope of a tenant is open' USING ERRCODE = 'object_in_use';
  END IF;
"""

# Tenants, ids, types, actors, subjects, times, digests, bodies, and whom the entries are about, all equally long.
# Gives the first tenant whose log does not take its entry; the caller then rolls back.
CREATE_APPEND = f"""
CREATE FUNCTION {APPEND} RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE refused uuid;
BEGIN
  {NO_SCOPE}
  FOR place IN 1 .. cardinality($1) LOOP
    PERFORM set_config('assent.tenant', $1[place]::text, true);
    INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body)
    SELECT $1[place], $2[place], $3[place], $4[place], $5[place], $6[place], $7[place], $8[place]
    FROM ledger_log WHERE tenant_id = $1[place] AND NOT read_only
      AND NOT EXISTS (SELECT FROM ledger_erasure WHERE tenant_id = $1[place] AND party = $9[place]);
    IF NOT FOUND THEN
      refused := $1[place];
      EXIT;
    END IF;
  END LOOP;
  PERFORM set_config('assent.tenant', '', true);
  RETURN refused;
END $$
"""

# Tenants, what each calls the person, the subject_index before which to begin (NULL: with what waits), types, and how
# many at most of each. The columns are those of OF_SUBJECT (selectors/entries.py), after the tenant.
CREATE_ENTRIES = f"""
CREATE FUNCTION {ENTRIES} RETURNS TABLE (
  at_tenant uuid, at_id uuid, at_index bigint, at_type text, at_time timestamptz, at_actor text, at_subject text,
  at_subject_index bigint, at_leaf bytea, at_leaf_hash bytea, at_body bytea, at_published bigint, at_seq bigint
) LANGUAGE plpgsql AS $$
BEGIN
  {NO_SCOPE}
  FOR place IN 1 .. cardinality($1) LOOP
    PERFORM set_config('assent.tenant', $1[place]::text, true);
    RETURN QUERY
      (SELECT tenant_id, submission_id, index, type::text, time, actor::text, subject::text, subject_index,
        leaf, leaf_hash, body, (SELECT COALESCE(max(size), 0) FROM ledger_checkpoint WHERE tenant_id = $1[place]),
        NULL::bigint
      FROM ledger_entry WHERE tenant_id = $1[place] AND subject = $2[place] AND type = ANY($4)
        AND subject_index < COALESCE($3[place], 9223372036854775807)
      ORDER BY subject_index DESC LIMIT $5)
      UNION ALL
      (SELECT tenant_id, id, NULL, type::text, time, actor::text, subject::text, NULL, NULL, NULL, body, NULL, seq
      FROM ledger_submission WHERE tenant_id = $1[place] AND subject = $2[place] AND type = ANY($4) AND $3[place] IS NULL
      ORDER BY seq DESC LIMIT $5);
  END LOOP;
  PERFORM set_config('assent.tenant', '', true);
END $$
"""


def function(name: str, create: str) -> migrations.RunSQL:
    granted = [
        f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {name} TO assent_app",
    ]
    return migrations.RunSQL([create, *granted], f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_erased_leads_nowhere")]
    operations = [function(APPEND, CREATE_APPEND), function(ENTRIES, CREATE_ENTRIES)]
