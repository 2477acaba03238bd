"""The catalogue as pandas frames, for notebooks, dashboards and scripts. It only reads."""
