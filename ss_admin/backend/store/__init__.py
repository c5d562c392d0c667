"""Where data lives: engine, tables and migrations for SQLite and PostgreSQL."""
