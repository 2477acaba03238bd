"""Which SKUs are one product: their facts, the rules, and the plan to get there."""
