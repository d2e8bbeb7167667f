"""What the beam dump sends to the detectors besides signals."""
