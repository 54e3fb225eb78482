"""What holds for every test."""

from hypothesis import settings

# No deadline: a shared machine is slow at times, and speed is measured by `make bench`, not here.
settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")
