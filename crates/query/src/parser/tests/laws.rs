//! Laws over random texts.
