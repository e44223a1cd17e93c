//! concordance
