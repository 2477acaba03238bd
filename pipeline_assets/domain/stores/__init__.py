"""The directory of stores, which knows them before their first snapshot."""
