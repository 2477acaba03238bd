"""Which stores of a company have the same prices: agreement, comparisons, merging, the plan."""
