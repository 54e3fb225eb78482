"""Calls to AWS without an SDK, for functions that must start fast."""
