"""The ledger: entries, chain, Merkle tree, checkpoints, proofs and sealing. Knows nothing of medicine."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        from ledger import checks  # noqa: F401, PLC0415 - registers the checks
        from ledger.anchoring import check_stored  # noqa: PLC0415
        from ledger.registry import register_verifier  # noqa: PLC0415

        register_verifier(check_stored)
