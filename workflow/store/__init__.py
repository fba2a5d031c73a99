"""Storage: the database and its tables, the event log, the documents."""
