"""What the public sees without signing in: the text, the form, the result."""

from fastapi import APIRouter

router = APIRouter()
