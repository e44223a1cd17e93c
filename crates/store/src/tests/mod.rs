//! The whole file: written, opened, damaged, cut, and crashed.

mod fixture;
mod whole;
