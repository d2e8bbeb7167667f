"""Pictures written as SVG for pages: small, made at once, in the colours of the page they stand on."""
