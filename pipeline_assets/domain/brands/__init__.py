"""Which brand names mean one brand: how names are read and related, the evidence, the plan."""
