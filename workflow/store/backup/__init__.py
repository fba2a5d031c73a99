"""Backups: one file that holds the rows and the documents of an office, from SQLite or PostgreSQL, for either."""
