"""What can be wrong with the machine, the database server or the configuration of a node."""


class NodeError(Exception):
    """The node cannot run as it is; the sentence says what to do."""

    code = "node-error"
    status = 500

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NoBinaries(NodeError):
    """PostgreSQL's programs are not installed for this platform."""

    code = "no-postgresql-binaries"


class UnusableFolder(NodeError):
    """A folder belongs to somebody else, or cannot be reached."""

    code = "unusable-folder"


class ServerFailed(NodeError):
    """PostgreSQL did not start or did not stop."""

    code = "postgresql-failed"


class UnsafeRoles(NodeError):
    """The database roles are not as deploy/roles.sql makes them."""

    code = "unsafe-roles"


class ForeignDatabase(NodeError):
    """The demo was pointed at a database that is not its own."""

    code = "foreign-database"
