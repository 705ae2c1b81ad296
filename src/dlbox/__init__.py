"""Plan, provision and verify deep-learning boxes: the library behind the roles and the verbs."""

__version__ = "0.1.0"
