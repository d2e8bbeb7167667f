"""BaBar: two trigger levels for B-Mesogenesis and single photons."""
