"""Alembic migrations; services.database.migrate() runs them."""
