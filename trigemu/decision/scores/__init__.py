"""Scores of candidates by models that users bring: scikit-learn, ONNX, or an object of a package."""
