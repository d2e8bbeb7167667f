"""BaBar: muon-detector trigger."""
