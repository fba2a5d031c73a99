"""Reminders, notices, and the mail and webhooks that carry them."""
