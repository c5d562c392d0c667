"""The database's history, for Alembic: `env.py` and one file per revision."""
