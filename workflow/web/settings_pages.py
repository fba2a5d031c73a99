"""Settings: mail, closed days, the reminders of the coming meetings."""

from fastapi import APIRouter

router = APIRouter()
