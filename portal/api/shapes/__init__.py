"""How things look in JSON, both ways. Shapes hold no rule: what may be is said by the services."""
