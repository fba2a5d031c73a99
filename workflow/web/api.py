"""The JSON beside the pages."""

from fastapi import APIRouter

router = APIRouter()
