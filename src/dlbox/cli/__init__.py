"""The verbs of ``dlbox``: one module each."""
