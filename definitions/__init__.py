"""Governance chains as pure data: no database, no clock, no mail."""
