"""The child-protection system that a platform can put before its users and prove to a stranger."""

__version__ = "0.1.0"
