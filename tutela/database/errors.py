"""What can be wrong with the database, each with the way out."""

from tutela.errors import TutelaError


class DatabaseError(TutelaError):
    """Any failure of this room."""

    code = "database_error"
    title = "The database refused or failed"


class DatabaseUnavailable(DatabaseError):
    """The server is away, starting, full or cut off; what a commit under way did is open."""

    code = "database_unavailable"
    title = "The database is not available"
    status = 503


class Deadlocked(DatabaseUnavailable):
    """Two changes waited for each other; this one was rolled back whole and can be done again."""

    code = "deadlocked"
    title = "Another change went first"


class DurabilityRefused(DatabaseError):
    """The server may forget what it acknowledged."""

    code = "durability_refused"
    title = "The database is not set to keep what it acknowledges"
    status = 503


class DataFolderUnusable(DatabaseError):
    """The data folder is missing rights, is no folder, or lies where the server cannot go."""

    code = "data_folder_unusable"
    title = "The data folder cannot be used"


class DataFolderOwned(DatabaseError):
    """Another process owns the data folder."""

    code = "data_folder_owned"
    title = "The data folder is in use by another process"


class OtherMajorVersion(DatabaseError):
    """The data folder was made by another major version of PostgreSQL."""

    code = "other_major_version"
    title = "The data folder belongs to another version of PostgreSQL"


class ServerNotFound(DatabaseError):
    """There is neither a URL nor server binaries."""

    code = "server_not_found"
    title = "No PostgreSQL server was found"


class ServerUnsuitable(DatabaseError):
    """The server is too old, or keeps text in another encoding than UTF-8."""

    code = "server_unsuitable"
    title = "The database server cannot be used"


class NoServerAccount(DatabaseError):
    """No operating-system user can run the server."""

    code = "no_server_account"
    title = "No user without root rights can run the database"


class ServerDidNotStart(DatabaseError):
    """The server's own words are in `detail`."""

    code = "server_did_not_start"
    title = "The database server did not start"


class ServerRefused(DatabaseError):
    """The server answers, and does not let this operating-system user in."""

    code = "server_refused"
    title = "The database refuses this user"


class MigrationsInvalid(DatabaseError):
    """The numbered files themselves are wrong: a gap, a duplicate, a bad name, a COMMIT inside."""

    code = "migrations_invalid"
    title = "The migration files are not usable"


class MigrationChanged(DatabaseError):
    """A file differs from what was applied."""

    code = "migration_changed"
    title = "An applied migration was changed"


class DatabaseNewer(DatabaseError):
    """The database was migrated by a later version of Tutela."""

    code = "database_newer"
    title = "The database is newer than this version of Tutela"


class LeadershipLost(DatabaseError):
    """The session that held the lock of the leader has ended."""

    code = "leadership_lost"
    title = "This process is no longer the leader"
    status = 503


class QueriesInvalid(DatabaseError):
    """A file of named SQL breaks the form of the house."""

    code = "queries_invalid"
    title = "A file of named SQL is not usable"
