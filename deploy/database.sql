-- What the roles may do in one database of a node. Run as its administrator in that database; repeatable.
-- The ledger's migrations take back what this gives on their own tables, and grant exactly.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO assent_owner, assent_app, assent_sequencer', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO assent_owner;
GRANT USAGE ON SCHEMA public TO assent_app, assent_sequencer;

ALTER DEFAULT PRIVILEGES FOR ROLE assent_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO assent_app;
ALTER DEFAULT PRIVILEGES FOR ROLE assent_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO assent_app;
-- PUBLIC's right to execute can only be taken back for all schemas at once.
ALTER DEFAULT PRIVILEGES FOR ROLE assent_owner
    REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE assent_owner IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO assent_app;
