"""Text out of documents. It is done in a process of its own (`python -m workflow.store.extraction`), for nothing in an
uploaded file is to be trusted."""
