"""Builders, the emulator, the cost model and the deployment: run by make, never on Lambda."""
