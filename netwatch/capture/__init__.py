"""Frames in: capture files and streams, told by magic bytes. The only place that knows a clock."""
