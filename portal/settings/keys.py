"""Which service keeps the node's key, if not the file alone (ledger/vault/key_services.py)."""

from portal.settings.environment import env

ASSENT_KEY_SERVICE = env.str("ASSENT_KEY_SERVICE", default="")  # vault, aws-kms, or nothing
ASSENT_VAULT = {
    "address": env.str("ASSENT_VAULT_ADDRESS", default=""),
    "key": env.str("ASSENT_VAULT_KEY", default="assent"),
    "mount": env.str("ASSENT_VAULT_MOUNT", default="transit"),
    "namespace": env.str("ASSENT_VAULT_NAMESPACE", default=""),
    "token": env.str("ASSENT_VAULT_TOKEN", default=""),
    "token_file": env.str("ASSENT_VAULT_TOKEN_FILE", default=""),
}
ASSENT_KMS_KEY = env.str("ASSENT_KMS_KEY", default="")
