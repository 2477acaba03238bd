"""What is decided across files once the inbox is drained: brands, products, groups, tables.

Each module is one step or two that belong together; `steps` names them all, in their order.
"""
