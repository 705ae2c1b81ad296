"""Settings: validated once, typed and frozen."""
