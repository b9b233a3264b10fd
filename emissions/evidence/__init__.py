"""The proof: a signed pack that anyone can open, check and recompute offline.

>>> from emissions.evidence import canonical_json
>>> canonical_json({"wtw_kgco2e": "1.000000", "subject": "lane"})
b'{"subject":"lane","wtw_kgco2e":"1.000000"}'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emissions.evidence.canonical import EvidenceError as EvidenceError
    from emissions.evidence.canonical import canonical_json as canonical_json
    from emissions.evidence.pack import Pack as Pack
    from emissions.evidence.pack import Signer as Signer
    from emissions.evidence.pack import seal as seal
    from emissions.evidence.policy import AllOf as AllOf
    from emissions.evidence.policy import AnyOf as AnyOf
    from emissions.evidence.policy import KnownFactors as KnownFactors
    from emissions.evidence.policy import MaxDefaultShare as MaxDefaultShare
    from emissions.evidence.policy import SignedBy as SignedBy
    from emissions.evidence.policy import strict as strict
    from emissions.evidence.signing import TrustedKey as TrustedKey
    from emissions.evidence.signing import read_key as read_key
    from emissions.evidence.signing import read_trust as read_trust
    from emissions.evidence.signing import trust_text as trust_text
    from emissions.evidence.signing import write_new_key as write_new_key
    from emissions.evidence.verify import exit_code as exit_code
    from emissions.evidence.verify import read_pack as read_pack
    from emissions.evidence.verify import summary as summary
    from emissions.evidence.verify import verify_pack as verify_pack

_HOMES = {
    "AllOf": "policy",
    "AnyOf": "policy",
    "EvidenceError": "canonical",
    "KnownFactors": "policy",
    "MaxDefaultShare": "policy",
    "Pack": "pack",
    "SignedBy": "policy",
    "Signer": "pack",
    "TrustedKey": "signing",
    "canonical_json": "canonical",
    "exit_code": "verify",
    "read_key": "signing",
    "read_pack": "verify",
    "read_trust": "signing",
    "seal": "pack",
    "strict": "policy",
    "summary": "verify",
    "trust_text": "signing",
    "verify_pack": "verify",
    "write_new_key": "signing",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (a module attribute may be anything)
    """Import a public name when it is first asked for (PEP 562): the verifier stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
