"""Kinematics, signal and background processes, random numbers, event files; knows no experiment."""
