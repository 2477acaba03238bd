"""What the catalogue report reads: figures of the whole, computed by the database.

Nothing per price comes to Python: the results follow the number of stores, companies, categories
and days, or are cut to the most that is shown.
"""
