"""Everything that touches Pillow."""
