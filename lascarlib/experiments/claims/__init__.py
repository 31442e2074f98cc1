"""The numbered list of every claim of both papers."""

from lascarlib.experiments.claims import boundary, domains, joint, studies
from lascarlib.experiments.claims.claim import Claim, Untestable

CLAIMS: tuple[Claim, ...] = (
    *boundary.CLAIMS,
    *joint.CLAIMS,
    *studies.CLAIMS,
    *domains.CLAIMS,
)
"""BF's claims, then JSQ's; a claim's number is its place, from 1."""

__all__ = ["CLAIMS", "Claim", "Untestable"]
