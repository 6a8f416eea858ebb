"""The database role as which the application connects: it reads and adds to the trail, and alters nothing in it."""

import re
from collections.abc import Sequence

from django.db import ProgrammingError, connection, transaction
from psycopg2 import errors, sql

from portal.audit.digests import event_tables

KEPT = ("audit_leaf", "audit_seal", "audit_sealmail", "audit_verification")
READ_ONLY = ("django_migrations",)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class CannotProtect(Exception):
    """The role cannot be made or is not fit; the message says what to do."""


def protect(*, role: str, password: str = "") -> list[str]:
    """Make the role unless it is there, and let it do what the application does and no more; answer remarks.

    May be called at any time, by the owner of the tables; a running application notices nothing. Raises CannotProtect.
    """
    if not _NAME.fullmatch(role):
        raise CannotProtect(f"DATABASE_APP_ROLE is {role!r}; write it in small letters, digits and underscores.")
    with transaction.atomic():
        _make(role, password)
        _grant(role)
    return _let_read_statistics(role)


def alterable_tables() -> list[str]:
    """Tables of the trail that the connected role may change, remove from or empty; none for the application's role."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT name FROM unnest(%s) name
                WHERE has_table_privilege(quote_ident(name), 'UPDATE, DELETE, TRUNCATE') ORDER BY 1""",
            [[*event_tables(), *KEPT]],
        )
        return [name for (name,) in cursor.fetchall()]


def _make(role: str, password: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT rolname = current_user OR rolsuper OR rolcreaterole OR rolreplication
                      OR pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s""",
            [role],
        )
        found = cursor.fetchone()
    if found is not None and found[0]:
        raise CannotProtect(
            f"The role {role} owns the trail or may become its owner: DATABASE_APP_ROLE must name another one."
        )
    if found is None:
        _try(_with_password(sql.SQL("CREATE ROLE {} LOGIN"), role, password), f"CREATE ROLE {role} LOGIN PASSWORD '…'")
    elif password:
        _try(_with_password(sql.SQL("ALTER ROLE {}"), role, password), f"ALTER ROLE {role} PASSWORD '…'")


def _with_password(statement: sql.SQL, role: str, password: str) -> sql.Composable:
    composed = statement.format(sql.Identifier(role))
    return composed + sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else composed


def _try(statement: sql.Composable, by_hand: str) -> None:
    try:
        _run(statement)
    except ProgrammingError as problem:
        if isinstance(problem.__cause__, errors.InsufficientPrivilege):
            raise CannotProtect(
                f"This database user may not make roles. Let an administrator do: {by_hand}"
            ) from problem
        raise


def _grant(role: str) -> None:
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = (sql.Identifier(each) for each in cursor.fetchone())
    every_table = sql.SQL("ALL TABLES IN SCHEMA {}").format(schema)
    _run(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, name))
    # A temporary table with the name of an event table would catch the events: temporary tables come first.
    _run(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC, {}").format(database, name))
    _run(sql.SQL("REVOKE CREATE ON SCHEMA {} FROM PUBLIC, {}").format(schema, name))
    _run(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, name))
    _run(sql.SQL("REVOKE ALL ON {} FROM {}").format(every_table, name))
    _run(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(every_table, name))
    _run(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, name))
    _only(name, "SELECT, INSERT", [*event_tables(), *KEPT])
    _only(name, "SELECT", READ_ONLY)


def _only(role: sql.Identifier, rights: str, tables: Sequence[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    _run(sql.SQL("REVOKE ALL ON {} FROM {}").format(names, role))
    _run(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), names, role))


def _let_read_statistics(role: str) -> list[str]:
    """The watermark of the night run and of the seals needs to see since when others' transactions are open."""
    try:
        with transaction.atomic():
            _run(sql.SQL("GRANT pg_read_all_stats TO {}").format(sql.Identifier(role)))
    except ProgrammingError as problem:
        if isinstance(problem.__cause__, errors.InsufficientPrivilege):
            return [f"Let an administrator do: GRANT pg_read_all_stats TO {role}. The night run and the seals need it."]
        raise
    return []


def _run(statement: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
