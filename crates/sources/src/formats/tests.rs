//! Formats that need no fixture file.
