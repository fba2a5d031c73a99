"""One's own account: password, sessions, mailed links, and signing in through the office's OIDC provider."""

from fastapi import APIRouter

router = APIRouter()
