"""Compiles the crawler list that the classifier of visitors looks up."""
