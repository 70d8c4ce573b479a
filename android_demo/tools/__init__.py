"""Builds, verifies and tests the Android app without Gradle and without Google's servers."""
