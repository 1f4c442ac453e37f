"""What an account is told outside its pages, and what it wants to be told. Letters never say anything about health."""
