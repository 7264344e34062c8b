"""The backend that settings.DATABASES names. What differs from Django's: the collation of tables, and a check of it."""

from typing import Any, Final

from django.core import checks
from django.db.backends.mysql import base, operations, schema, validation

CHARACTER_SET: Final = "utf8mb4"
# Every character and trailing space counts, as in SQLite. The usual ones take Ada for ada, and "ada " for "ada".
MARIADB_COLLATION: Final = "utf8mb4_nopad_bin"
MYSQL_COLLATION: Final = "utf8mb4_0900_bin"
WITHOUT_CASE: Final = ("iexact", "icontains", "istartswith", "iendswith")


def collation(connection: base.DatabaseWrapper) -> str:
    return MARIADB_COLLATION if connection.mysql_is_mariadb else MYSQL_COLLATION


class SchemaEditor(schema.DatabaseSchemaEditor):
    def __init__(self, connection: base.DatabaseWrapper, *args: Any, **options: Any) -> None:
        """Tables get our collation, whatever the database's default is."""
        super().__init__(connection, *args, **options)
        self.sql_create_table += f" CHARACTER SET {CHARACTER_SET} COLLATE {collation(connection)}"


class Operations(operations.DatabaseOperations):
    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        """Lookups without case stay so, though the collation tells cases apart."""
        if lookup_type in WITHOUT_CASE and internal_type != "JSONField":
            return "UPPER(%s)"
        cast: str = super().lookup_cast(lookup_type, internal_type)
        return cast


class Validation(validation.DatabaseValidation):
    """Run by `migrate` before it changes anything."""

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        return [*super().check(**options), *(self._check_database() or self._check_tables())]

    def _check_database(self) -> list[checks.CheckMessage]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT DATABASE(), @@character_set_database")
            name, found = cursor.fetchone()
        if found == CHARACTER_SET:
            return []
        quoted = self.connection.ops.quote_name(name)
        statement = f"ALTER DATABASE {quoted} CHARACTER SET {CHARACTER_SET} COLLATE {collation(self.connection)};"
        return [_error(f"the database {name} has the character set {found}, which can't hold every text", [statement])]

    def _check_tables(self) -> list[checks.CheckMessage]:
        """Made by an earlier version, or while the database had another character set."""
        wrong = [table for table in self._of_other_collation() if table in self._ours()]
        if not wrong:
            return []
        into = f"CONVERT TO CHARACTER SET {CHARACTER_SET} COLLATE {collation(self.connection)};"
        convert = [f"ALTER TABLE {self.connection.ops.quote_name(table)} {into}" for table in wrong]
        statements = ["SET FOREIGN_KEY_CHECKS = 0;", *convert, "SET FOREIGN_KEY_CHECKS = 1;"]
        return [_error(f"{len(wrong)} tables do not compare texts by {collation(self.connection)}", statements)]

    def _of_other_collation(self) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
                "AND table_type = 'BASE TABLE' AND table_collation <> %s ORDER BY table_name",
                [collation(self.connection)],
            )
            return [name for (name,) in cursor.fetchall()]

    def _ours(self) -> set[str]:
        return {*self.connection.introspection.django_table_names(include_views=False), "django_migrations"}


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor
    ops_class = Operations
    validation_class = Validation
    operators = base.DatabaseWrapper.operators | dict.fromkeys(WITHOUT_CASE, "LIKE UPPER(%s)")


def _error(what: str, statements: list[str]) -> checks.Error:
    hint = "Run in the database: " + " ".join(statements)
    return checks.Error(what, hint=hint, obj="database_url", id="microservo.E001")
