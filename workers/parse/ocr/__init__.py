"""Pictures of pages to lines: measured, mended where something is wrong, and read by Tesseract."""
