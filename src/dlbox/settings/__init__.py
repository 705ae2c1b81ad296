"""Settings: judged once, typed and frozen."""
