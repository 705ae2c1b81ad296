"""The pytest plugin and shared checks of ``dlbox verify``."""
