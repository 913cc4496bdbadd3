"""Lists of managed assets, as management products export them -> assets."""
