"""Which stores of a company price alike: agreement, comparisons, merging, the plan."""
