"""The pages: one file a subject, each a router."""
