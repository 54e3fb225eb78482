"""The parts behind pytracking.html, pytracking.text and pytracking.email."""
