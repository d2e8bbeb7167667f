"""The muon-detector trigger."""
