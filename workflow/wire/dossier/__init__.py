"""The dossier of a plan for an auditor: an archive that proves itself, with a verifier that needs nothing of ours."""
