"""The papers of a meeting as files: Word from templates, PDF, Excel, and all of them in one."""
