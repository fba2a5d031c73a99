"""Calendars to subscribe to."""

from fastapi import APIRouter

router = APIRouter()
