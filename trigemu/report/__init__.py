"""Reports on runs, scans and validations: for terminals, pages and files."""
