"""Public comments, for the staff: intake, splitting, grouping, answering, publication."""

from fastapi import APIRouter

router = APIRouter()
