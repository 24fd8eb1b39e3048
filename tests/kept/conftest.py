"""The toys' database, as the tests of the database have it."""

from tests.database.conftest import toy_tables, toys

__all__ = ["toy_tables", "toys"]
