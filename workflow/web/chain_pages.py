"""The chains: each definition drawn, with its checks."""

from fastapi import APIRouter

router = APIRouter()
