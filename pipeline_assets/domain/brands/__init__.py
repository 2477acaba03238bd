"""Which names mean the same brand: how names are read and related, the evidence, the plan."""
