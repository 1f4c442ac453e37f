-- The three roles of a node. Run once by an administrator, before the database is made; running it again is harmless:
--   psql -f deploy/roles.sql postgres
--   createdb --owner=assent_owner assent
--   psql -f deploy/database.sql assent
-- then give each role a password: psql -c '\password assent_app' (and _owner, _sequencer).
--
--   assent_owner      owns the tables and migrates them; serves nobody
--   assent_app        serves; row-level security applies to it
--   assent_sequencer  alone inserts ledger entries; has rights on ledger tables only
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['assent_owner', 'assent_app', 'assent_sequencer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', name);
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = name AND (rolsuper OR rolbypassrls OR rolcreaterole)) THEN
            RAISE EXCEPTION 'role % is a superuser, bypasses row-level security or creates roles', name
                USING HINT = 'ALTER ROLE ' || name || ' NOSUPERUSER NOBYPASSRLS NOCREATEROLE';
        END IF;
    END LOOP;
    IF EXISTS (
        SELECT FROM pg_auth_members
        WHERE member IN (SELECT oid FROM pg_roles WHERE rolname IN ('assent_app', 'assent_sequencer'))
    ) THEN
        RAISE EXCEPTION 'assent_app and assent_sequencer must not be members of other roles';
    END IF;
END
$$;
