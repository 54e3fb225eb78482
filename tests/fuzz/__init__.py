"""Coverage-guided fuzzing, run by `make fuzz` in an environment of its own."""
