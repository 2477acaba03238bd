"""What is decided across files once the inbox is drained: brands, products, groups, tables.

Each module declares one step or two that belong together; `steps` puts them in order.
"""
