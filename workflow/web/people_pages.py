"""People: who serves where, who sits in which body, who stands in for whom."""

from fastapi import APIRouter

router = APIRouter()
