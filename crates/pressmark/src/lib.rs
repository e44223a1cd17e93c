//! pressmark
