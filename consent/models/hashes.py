"""How a hash is spelled in a column."""

SHA256_HEX = r"^[0-9a-f]{64}$"
